import type { KubeObject } from '../objects/kube-object.ts';
import { isStatus } from '../objects/status.ts';
import { errorFromStatus, KubeError } from './kube-error.ts';
import { LineSplitter } from './lines.ts';
import type { WatchEvent } from './watch-event.ts';

/**
 * Decodes the body of a watch: one JSON event per line. Throws the error of an `ERROR` event, and
 * `MalformedResponse` for a line that is no event; a line that was cut off by the end is left out.
 */
export async function* decodeWatch<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
  label: string,
  maxEventBytes: number,
): AsyncGenerator<WatchEvent<T>> {
  const lines = new LineSplitter(maxEventBytes);
  for await (const chunk of body) {
    for (const line of lines.push(chunk)) yield decodeEvent<T>(line, label);
  }
}

function decodeEvent<T extends KubeObject>(line: string, label: string): WatchEvent<T> {
  let event: { type?: unknown; object?: unknown } | null;
  try {
    event = JSON.parse(line) as typeof event;
  } catch {
    // The parser's own message would quote the line, which may be a Secret.
    throw malformed(label);
  }
  const { type, object } = event ?? {};
  if (type === 'ERROR') {
    if (!isStatus(object)) throw malformed(label);
    throw errorFromStatus(object, object.code ?? 500, label);
  }
  const known = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK';
  if (!known || typeof object !== 'object' || object === null || !('metadata' in object)) {
    throw malformed(label);
  }
  return event as WatchEvent<T>;
}

function malformed(label: string): KubeError {
  return new KubeError('MalformedResponse', `${label}: a line of the watch is not a watch event`);
}
