import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { StatusError, internalError } from '../status-error.ts';
import type { Status } from '../status-error.ts';
import { StorageError } from '../storage/storage-error.ts';
import { ended } from './ended.ts';

const gzipped = promisify(gzip);
// Below this the real server does not compress either.
const minGzipBytes = 128 * 1024;
const gzipOptions = { level: 1 };

const acceptsGzip = (request: IncomingMessage): boolean =>
  /\bgzip\b/.test([request.headers['accept-encoding'] ?? ''].join(','));

/** Sends JSON text, compressed when it is long and the client can read that. */
export async function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  text: string | Buffer,
  contentType = 'application/json',
): Promise<void> {
  let body = typeof text === 'string' ? Buffer.from(text) : text;
  response.setHeader('content-type', contentType);
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-cache, private');
  if (body.length >= minGzipBytes && acceptsGzip(request)) {
    body = await gzipped(body, gzipOptions);
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('vary', 'Accept-Encoding');
  }
  response.setHeader('content-length', body.length);
  response.writeHead(code);
  response.end(body);
}

/**
 * Sends text that is made piece by piece, at the pace of the reader, and lets other requests in between. Ends early
 * when the connection does.
 */
export async function sendPieces(
  request: IncomingMessage,
  response: ServerResponse,
  pieces: Iterable<string>,
): Promise<void> {
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-cache, private');
  const compressed = acceptsGzip(request);
  if (compressed) {
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('vary', 'Accept-Encoding');
  }
  response.writeHead(200);
  const sink = compressed ? createGzip(gzipOptions) : response;
  if (sink !== response) sink.pipe(response);
  const closed = ended(response);
  for (const piece of pieces) {
    if (response.destroyed) break;
    if (!sink.write(piece)) await Promise.race([once(sink, 'drain'), closed]);
    await nextTurn();
  }
  sink.end();
  await closed;
}

/** The `Status` of anything that was thrown; `report` is told of what is the server's own fault. */
export function statusOf(error: unknown, report: (error: unknown) => void): Status {
  if (error instanceof StatusError) return error.status;
  if (error instanceof StorageError) {
    report(error);
    const code = error.code === 'Full' ? 507 : 500;
    const reason = error.code === 'Full' ? 'InsufficientStorage' : 'InternalError';
    return new StatusError({ code, reason, message: error.message }, { cause: error }).status;
  }
  if (error instanceof URIError) {
    return new StatusError({ code: 400, reason: 'BadRequest', message: 'the path is not a valid URL path' })
      .status;
  }
  report(error);
  return internalError('Internal error occurred: the server log tells more').status;
}

/** Answers with an error, unless part of another answer is already on its way: then the connection is cut. */
export async function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  status: Status,
): Promise<void> {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const retry = status.details?.retryAfterSeconds;
  if (retry !== undefined) response.setHeader('retry-after', retry);
  // What is left of an unread body must not be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  await sendText(request, response, status.code, `${JSON.stringify(status)}\n`);
}
