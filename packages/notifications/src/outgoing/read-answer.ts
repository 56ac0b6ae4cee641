import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import { OutgoingError } from './outgoing-http.ts';

/** What answers may be compressed with, as the request says. */
export const acceptEncoding = 'gzip, br';

const decoders = { gzip: promisify(gunzip), br: promisify(brotliDecompress) };

/**
 * The body to its end, decompressed. Never more than `limit` bytes are held, before and after decompression, so that
 * a small answer that swells is as harmless as a long one. Throws `OutgoingError` `AnswerTooLarge` and `AnswerBroken`;
 * what the stream rejects with passes through.
 */
export async function readAnswer(
  body: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  limit: number,
  peer: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw tooLarge(peer, limit);
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  if (size === 0 || encoding === undefined || encoding === 'identity') return raw;
  if (encoding !== 'gzip' && encoding !== 'br') {
    throw new OutgoingError('AnswerBroken', `${peer}: the answer is encoded in a way that was not asked for`);
  }
  try {
    return await decoders[encoding](raw, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(peer, limit);
    throw new OutgoingError('AnswerBroken', `${peer}: the answer cannot be decompressed`, { cause: error });
  }
}

function tooLarge(peer: string, limit: number): OutgoingError {
  return new OutgoingError('AnswerTooLarge', `${peer}: the answer is longer than ${limit} bytes`);
}
