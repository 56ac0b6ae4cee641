import { TooLargeError } from '../errors.ts';

/** One event of a server-sent event stream. */
export interface StreamEvent {
  /** `message` when the stream names none. */
  readonly event: string;
  readonly data: string;
}

/** Events of Jenkins have about one kilobyte. */
const longestEvent = 1024 * 1024;

/**
 * Reads a stream of server-sent events, as the HTML standard defines it (section 9.2.6). Ids and retry times are passed
 * over: the gateway sends none. Throws TooLargeError for an event of more than a megabyte.
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let event = '';
  let data: string[] = [];
  let size = 0;
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n') };
      event = '';
      data = [];
      size = 0;
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*)(?::\x20?(.*))?$/su.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field !== 'data') continue;
    size += value.length + 1;
    if (size > longestEvent) throw tooLarge();
    data.push(value);
  }
}

/** Lines may end with LF, CRLF or CR; a last line that does not end is dropped, as the standard wants. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  let endsWithCr = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const added = decoder.decode(value, { stream: true });
      rest += added;
      // Not looked through again and again while a long line comes in small pieces.
      if (endsWithCr || /[\r\n]/u.test(added)) {
        // A CR at the end may be half of a CRLF: it waits for what follows.
        const lines = rest.split(/\r\n|\n|\r(?!$)/u);
        rest = lines.pop() ?? '';
        endsWithCr = rest.endsWith('\r');
        yield* lines;
      }
      if (rest.length > longestEvent) throw tooLarge();
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function tooLarge(): TooLargeError {
  return new TooLargeError(
    'The event stream holds an event of more than a megabyte; something other than Jenkins may have sent it.',
    longestEvent,
  );
}
