import { describe, expect, test } from 'vitest';
import { recording } from '../testing/recording.ts';
import { readEventStream, type StreamEvent } from './event-stream.ts';

function streamOf(...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) {
        controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
      }
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of readEventStream(stream)) events.push(event);
  return events;
}

test('the recorded stream, in pieces of any size, gives the same events', async () => {
  const { body } = recording('09-misc-sse-stream').response;
  const bytes = new TextEncoder().encode(body);
  const whole = await all(streamOf(bytes));
  expect(whole.slice(0, 2).map(({ event }) => event)).toEqual(['open', 'configure']);
  expect(whole.filter(({ event }) => event === 'job').length).toBeGreaterThan(30);
  for (const size of [1, 7, 1000]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    expect(await all(streamOf(...pieces))).toEqual(whole);
  }
});

describe('the standard', () => {
  test.each<[string, readonly string[], readonly StreamEvent[]]>([
    ['lines of data are joined', ['data: a\ndata: b\n\n'], [{ event: 'message', data: 'a\nb' }]],
    ['one space after the colon is dropped', ['data:  a\n\n'], [{ event: 'message', data: ' a' }]],
    [
      'comments and unknown fields are passed over',
      [':hi\nid: 1\nfoo\ndata: a\n\n'],
      [{ event: 'message', data: 'a' }],
    ],
    ['an event without data is none', ['event: ping\n\ndata: a\n\n'], [{ event: 'message', data: 'a' }]],
    ['CRLF, even torn apart', ['data: a\r', '\n\r\n'], [{ event: 'message', data: 'a' }]],
    [
      'CR',
      ['data: a\r\rdata: b\r\r', '\n'],
      [
        { event: 'message', data: 'a' },
        { event: 'message', data: 'b' },
      ],
    ],
    ['an event that does not end is none', ['data: a\n\ndata: b\n'], [{ event: 'message', data: 'a' }]],
  ])('%s', async (_, chunks, events) => {
    expect(await all(streamOf(...chunks))).toEqual(events);
  });
});

test.each([
  ['a line', 'x'.repeat(2_000_000)],
  ['many lines', `data: ${'x'.repeat(1000)}\n`.repeat(2000)],
  ['many empty lines', 'data\n'.repeat(2_000_000)],
])('an event without end is refused: %s', async (_, text) => {
  await expect(all(streamOf(text))).rejects.toMatchObject({ code: 'TooLarge' });
});

test('a long line in small pieces takes no longer than in large ones', async () => {
  const pieces = Array.from({ length: 50_000 }, () => 'x'.repeat(10));
  expect(await all(streamOf('data: ', ...pieces, '\n\n'))).toEqual([
    { event: 'message', data: 'x'.repeat(500_000) },
  ]);
});

test('leaving the loop gives the stream back', async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('data: a\n\n'));
    },
    cancel() {
      cancelled = true;
    },
  });
  for await (const { data } of readEventStream(stream)) {
    expect(data).toBe('a');
    break;
  }
  expect(cancelled).toBe(true);
});
