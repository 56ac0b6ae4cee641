import { describe, expect, test } from 'vitest';
import type { Clock, Connection, JenkinsRequest, JenkinsResponse } from '../connection.ts';
import { consoleText, progressiveHtml, progressiveText } from '../testing/progressive-log.ts';
import { concat } from './console-notes.ts';
import { followLog } from './follow-log.ts';
import type { LogChunk, LogOptions } from './log-chunk.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const build = { item: ['team', 'p1'], number: 7 };

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Growing {
  readonly log: Uint8Array;
  /** How many more bytes there are at each request. */
  readonly growth: () => number;
  readonly linesAtOnce?: number;
  readonly exactSize?: boolean;
  readonly grown?: number;
}

/** A server with one log, which grows whenever it is asked and whenever time passes. */
function server({
  log,
  growth,
  grown: first = 0,
  ...limits
}: Growing): Connection & { readonly asked: string[] } {
  let grown = first;
  const asked: string[] = [];
  const grow = (): void => {
    grown = Math.min(log.length, grown + growth());
  };
  const clock: Clock = {
    now: () => 0,
    sleep: (_ms, signal) => {
      grow();
      return signal?.aborted === true ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
  };
  return {
    url: new URL('http://jenkins/'),
    clock,
    serverSession: undefined,
    asked,
    capabilities: () => Promise.reject(new Error('not asked')),
    request: ({ method = 'GET', path, query }: JenkinsRequest): Promise<JenkinsResponse> => {
      grow();
      const route = path.replace('job/team/job/p1/7/', '');
      if (asked.length > 20_000) throw new Error('It asks without end.');
      asked.push(`${method} ${route} ${String(query?.start)}`);
      const finished = grown === log.length;
      const now = log.subarray(0, grown);
      if (route === 'consoleText') return Promise.resolve(answer(consoleText(now, finished)));
      const question = { ...limits, log: now, start: Number(query?.start), finished };
      const html = route === 'logText/progressiveHtml';
      const { size, more, body } = html ? progressiveHtml(question) : progressiveText(question);
      const headers = { 'x-text-size': String(size), ...(more ? { 'x-more-data': 'true' } : {}) };
      return Promise.resolve(answer(method === 'HEAD' ? new Uint8Array(0) : body, headers));
    },
  };
}

/** An answer in pieces of 1 to 1000 bytes. */
function answer(body: Uint8Array, headers: Record<string, string> = {}): JenkinsResponse {
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at === body.length) controller.close();
      else controller.enqueue(body.subarray(at, (at = Math.min(body.length, at + 1 + ((at * 7919) % 1000)))));
    },
  });
  return {
    status: 200,
    headers: new Headers(headers),
    location: undefined,
    body: stream,
    text: () => Promise.reject(new Error('not used')),
    json: () => Promise.reject(new Error('not used')),
    discard: () => stream.cancel(),
  };
}

async function read(connection: Connection, options: LogOptions = {}): Promise<LogChunk[]> {
  const chunks: LogChunk[] = [];
  for await (const chunk of followLog(connection, build, options)) chunks.push(chunk);
  return chunks;
}

const bytesOf = (chunks: readonly LogChunk[]): Uint8Array => concat(chunks.map(({ bytes }) => bytes));
const note = '\u001b[8mha:////4LU2kDGjr7t8wBCme7wyC7YEOpWa2v2MP2VZg4T/0dLfAAAA==\u001b[0m';

const words = [
  'a',
  '',
  'ab',
  '+ echo',
  'ünïcode',
  '日本語',
  '👩‍👩‍👧',
  '\u2028',
  '\u0085',
  '\ufeff',
  '\u0000',
  '\u001b[31mred\u001b[0m',
  note,
  `${note}${note}`,
  '\u001b[8m',
  '\ufffd',
  ' '.repeat(60),
  '&lt;<b>',
];
const ends = ['\n', '\n', '\n', '\r\n', '\r', '\r\r\n', '', '\n\n', '\r\n\r\n'];

/** A log of up to 200 pieces, with line ends of some kinds only, and seldom bytes that are no UTF-8. */
function randomLog(next: (below: number) => number): Uint8Array {
  const kinds = Array.from({ length: 1 + next(4) }, () => ends.at(next(ends.length)) ?? '');
  const vocabulary = Array.from({ length: 1 + next(6) }, () => words.at(next(words.length)) ?? '');
  const broken = next(6) === 0;
  return concat([
    new Uint8Array(0),
    ...Array.from({ length: next(200) }, () => {
      if (broken && next(20) === 0) return Uint8Array.of(0xff, 0xc3, 0x80 + next(64));
      return encode(`${vocabulary.at(next(vocabulary.length))}${kinds.at(next(kinds.length))}`);
    }),
  ]);
}

describe('what is followed is what consoleText gives in the end', () => {
  test.each(Array.from({ length: 40 }, (_, index) => index))('random logs %i', async (group) => {
    for (let seed = group * 50; seed < group * 50 + 50; seed++) {
      const next = random(seed);
      const log = randomLog(next);
      const step = 2 + next(200);
      const connection = server({
        log,
        growth: () => (next(3) === 0 ? 0 : next(step)),
        linesAtOnce: next(3) === 0 ? 1 + next(20) : 10_000,
        exactSize: next(4) === 0,
      });
      const chunks = await read(connection).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${connection.asked.slice(-6).join(', ')}`, { cause: error });
      });
      const plain = consoleText(log, true);
      expect(bytesOf(chunks), `seed ${seed}`).toEqual(plain);
      expect(chunks.map(({ text }) => text).join(''), `seed ${seed}`).toBe(
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(plain),
      );
    }
  });
});
