import { describe, expect, test } from 'vitest';
import type { Connection } from '../connection.ts';
import { ConflictError, NotFoundOrHiddenError, NotReadyError } from '../errors.ts';
import { loggedBuild, oneLog, random } from '../testing/one-log.ts';
import { consoleText } from '../testing/progressive-log.ts';
import { BuildLog } from './build-log.ts';
import { concat } from './console-notes.ts';
import { followLog } from './follow-log.ts';
import type { LogChunk, LogOptions } from './log-chunk.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const note = '\u001b[8mha:////4LU2kDGjr7t8wBCme7wyC7YEOpWa2v2MP2VZg4T/0dLfAAAA==\u001b[0m';

async function read(connection: Connection, options: LogOptions = {}): Promise<LogChunk[]> {
  const chunks: LogChunk[] = [];
  for await (const chunk of followLog(connection, loggedBuild, options)) chunks.push(chunk);
  return chunks;
}

function bytesOf(chunks: readonly LogChunk[]): Uint8Array {
  return concat([new Uint8Array(0), ...chunks.map(({ bytes }) => bytes)]);
}

/** Fails without printing megabytes. */
function expectSame(got: Uint8Array, wanted: Uint8Array, what = 'bytes'): void {
  const first = got.findIndex((byte, at) => byte !== wanted[at]);
  expect({ length: got.length, first }, what).toEqual({ length: wanted.length, first: -1 });
}

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
  '\ufffd',
  '&lt;<b>',
  '\u001b[31mred\u001b[0m',
  note,
  `${note}${note}`,
  '\u001b[8m',
  '\u001b[8mha:',
  ' '.repeat(60),
];
const ends = ['\n', '\n', '\n', '\r\n', '\r', '\r\r\n', '', '\n\n', '\r\n\r\n'];

/** A log of up to 200 pieces, with some of the words and line ends, and seldom bytes that are no UTF-8. */
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

function randomServer(next: (below: number) => number) {
  const step = 2 + next(200);
  return {
    log: randomLog(next),
    growth: () => (next(3) === 0 ? 0 : next(step)),
    linesAtOnce: next(3) === 0 ? 1 + next(20) : 10_000,
    exactSize: next(4) === 0,
    lateBytes: () => (next(3) === 0 ? next(7) : 0),
  };
}

describe('what is followed is what consoleText gives in the end', () => {
  test.each(Array.from({ length: 20 }, (_, index) => index * 50))('random logs from %i', async (first) => {
    for (let seed = first; seed < first + 50; seed++) {
      const server = randomServer(random(seed));
      const chunks = await read(oneLog(server));
      const plain = consoleText(server.log, true);
      expectSame(bytesOf(chunks), plain, `seed ${seed}`);
      expect(chunks.map(({ text }) => text).join(''), `seed ${seed}`).toBe(decode(plain));
    }
  });

  test.each([0, 50, 100])('with connections that break, random logs from %i', async (first) => {
    for (let seed = first; seed < first + 50; seed++) {
      const next = random(seed);
      const server = randomServer(next);
      const chunks = await read(
        oneLog({
          ...server,
          before: () => {
            if (next(5) === 0) throw new NotReadyError('It restarts.');
          },
          breaksAfter: () => (next(5) === 0 ? next(2000) : Infinity),
        }),
      );
      expectSame(bytesOf(chunks), consoleText(server.log, true), `seed ${seed}`);
    }
  });

  test.each([0, 50, 100])('resumed behind any chunk, random logs from %i', async (first) => {
    for (let seed = first; seed < first + 50; seed++) {
      const next = random(seed);
      const server = randomServer(next);
      const before: LogChunk[] = [];
      const many = next(10);
      for await (const chunk of followLog(oneLog(server), loggedBuild)) {
        before.push(chunk);
        if (before.length > many) break;
      }
      const last = before.at(-1);
      const from = last && next(2) === 0 ? last.offset : last;
      const again = oneLog({ ...server, grown: last?.offset ?? 0 });
      const after = await read(again, from === undefined ? {} : { from });
      expectSame(bytesOf([...before, ...after]), consoleText(server.log, true), `seed ${seed}`);
    }
  });
});

describe('large logs', () => {
  const lines = encode(
    Array.from(
      { length: 150_000 },
      (_, index) => `${index % 9 === 0 ? note : ''}line ${index} of many\n`,
    ).join(''),
  );

  test('of one kind of line ends, finished: streamed in chunks of bounded size', async () => {
    const chunks = await read(oneLog({ log: lines }));
    expectSame(bytesOf(chunks), consoleText(lines, true));
    expect(Math.max(...chunks.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(64 * 1024);
    expect(chunks.at(-1)).toMatchObject({
      offset: lines.length,
      lines: 150_000,
    });
  });

  test('growing: without a reading of the whole text', async () => {
    const server = oneLog({ log: lines, growth: () => 300_000 });
    expectSame(bytesOf(await read(server)), consoleText(lines, true));
    expect(server.asked.filter((one) => one.includes('consoleText'))).toEqual([]);
  });

  test('with CR LF and LF, growing', async () => {
    const mixed = encode(
      Array.from({ length: 60_000 }, (_, index) => `line ${index}${index % 3 === 0 ? '\r\n' : '\n'}`).join(
        '',
      ),
    );
    expectSame(bytesOf(await read(oneLog({ log: mixed, growth: () => 200_000 }))), mixed);
  });

  test.each([0, 1, 2, 3])(
    'with both kinds of line ends, growing, where the plain text has holes (%i)',
    async (shift) => {
      const lines = Array.from({ length: 12_000 + shift }, (_, index) => {
        const bar = index % 7 === shift ? '1%\r2%\r' : '';
        return `${bar}line ${index}${index % 3 === 0 ? '\n' : '\r\n'}`;
      });
      const mixed = encode(`${'.'.repeat(shift)}\r${lines.join('')}`);
      const next = random(shift);
      const server = oneLog({ log: mixed, growth: () => next(60_000), grown: 100_000 });
      const log = followLog(server, loggedBuild);
      const got: Uint8Array[] = [];
      for await (const { bytes } of log) got.push(bytes);
      expectSame(concat(got), mixed);
      expect(log.lossless).toBe(true);
    },
  );

  test('cut by the server in the midst of a line, even of a note', async () => {
    const log = encode(`${note}one\n${note}${note}two\n`);
    const server = oneLog({ log, growth: () => 13 });
    const cutting: Connection = {
      ...server,
      request: async (request) => {
        const answer = await server.request(request);
        if (request.method === 'HEAD' || !request.path.endsWith('progressiveText')) return answer;
        const start = Number(request.query?.['start']);
        const size = Number(answer.headers.get('x-text-size'));
        const cut = answer.headers.has('x-more-data') ? log.subarray(start, size) : log.subarray(start);
        await answer.discard();
        return { ...answer, body: new Blob([decode(cut).replaceAll('\n', '\r\n')]).stream() };
      },
    };
    expectSame(bytesOf(await read(cutting)), encode('one\ntwo\n'));
  });

  test('in one line of 10 MB, with a character wherever it is cut', async () => {
    const line = encode('ü€👍'.repeat(1_150_000));
    const chunks = await read(oneLog({ log: line }));
    expectSame(bytesOf(chunks), line);
    expect(chunks.map(({ text }) => text).join('')).toBe(decode(line));
    expect(Math.max(...chunks.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(128 * 1024);
  });
});

describe('what is asked', () => {
  const lf = encode('one\ntwo\nthree\n');

  test('one request for a finished log', async () => {
    const server = oneLog({ log: lf });
    await read(server);
    expect(server.asked).toEqual(['GET logText/progressiveText 0']);
  });

  test('one request for a finished log with CR LF alone', async () => {
    const log = encode('one\r\ntwo\r\n');
    const server = oneLog({ log });
    expectSame(bytesOf(await read(server)), log);
    expect(server.asked).toEqual(['GET logText/progressiveText 0']);
  });

  test('nothing before it is iterated, and nothing while its reader waits', async () => {
    const server = oneLog({ log: lf, growth: () => 4 });
    const chunks = followLog(server, loggedBuild)[Symbol.asyncIterator]();
    expect(server.asked).toEqual([]);
    await chunks.next();
    const asked = server.asked.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.asked).toHaveLength(asked);
    await chunks.return();
  });

  test('html when a running log has something behind its last line; the pauses are not longer than told', async () => {
    const log = encode(`one\ntwo\n${'.'.repeat(20)}\nend\n`);
    const server = oneLog({ log, growth: () => 3 });
    expectSame(bytesOf(await read(server, { intervalMs: 200 })), log);
    expect(server.asked.some((one) => one.includes('progressiveHtml'))).toBe(true);
    expect(server.asked.some((one) => one.includes('consoleText'))).toBe(false);
  });
});

describe('where to begin and to end', () => {
  const log = encode(Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).join(''));

  test('the tail: the last lines, whole', async () => {
    const text = (await read(oneLog({ log }), { from: 'tail' })).map((chunk) => chunk.text).join('');
    expect(text).toMatch(/^line \d+\n/u);
    expect(text.length).toBeGreaterThan(15_000);
    expect(decode(log).endsWith(text)).toBe(true);
  });

  test('the tail of a short log, and of one with characters and CR LF where it is cut', async () => {
    expectSame(bytesOf(await read(oneLog({ log: encode('a\nb\n') }), { from: 'tail' })), encode('a\nb\n'));
    for (let shift = 0; shift < 12; shift++) {
      const line = `${'€'.repeat(30)}${'x'.repeat(shift)}\r\n`;
      const text = line.repeat(400);
      const tail = (await read(oneLog({ log: encode(text) }), { from: 'tail' }))
        .map((chunk) => chunk.text)
        .join('');
      expect(tail.replace(/^\r?\n/u, '')).toBe(line.repeat(Math.floor(tail.length / line.length)));
    }
  });

  test('without follow, it ends with what is there', async () => {
    let grown = 30_000;
    const server = oneLog({
      log,
      growth: () => {
        const more = grown;
        grown = 0;
        return more;
      },
    });
    const got = bytesOf(await read(server, { follow: false }));
    expectSame(got, log.subarray(0, log.subarray(0, 30_000).lastIndexOf(0x0a) + 1));
  });

  test('notes can be kept', async () => {
    const noted = encode(`${note}one\n\r${note}two\n${note}`);
    expectSame(bytesOf(await read(oneLog({ log: noted }), { notes: 'keep' })), noted);
    const mixed = encode(`${note}one\r\ntwo\n`);
    const followed = followLog(oneLog({ log: mixed }), loggedBuild, { notes: 'keep' });
    const chunks: LogChunk[] = [];
    for await (const chunk of followed) chunks.push(chunk);
    expect(decode(bytesOf(chunks))).toBe(`${note}one\ntwo\n`);
    expect(followed.lossless).toBe(false);
  });
});

describe('a log without a plain text, as that of a step', () => {
  const follow = (connection: Connection): BuildLog =>
    new BuildLog(connection, { logText: 'job/team/job/p1/7/logText' });
  const text = async (log: BuildLog): Promise<string> => {
    let all = '';
    for await (const chunk of log) all += chunk.text;
    return all;
  };

  test.each(['\n', '\r\n'])('is exact with line ends of one kind (%j)', async (end) => {
    const lines = Array.from({ length: 300 }, (_, index) => `${note}line ${index}${end}`).join('');
    let times = 0;
    const growth = (): number => (times++ % 8 === 0 ? 1000 : 0);
    const log = follow(oneLog({ log: encode(lines), growth }));
    expect(await text(log)).toBe(lines.replaceAll(note, ''));
    expect(log.lossless).toBe(true);
  });

  test('has the last line, which the plain text lacks without an LF', async () => {
    const server = oneLog({ log: encode(`${note}one\r\ntwo\nthr${note}ee`) });
    const lacking: Connection = {
      ...server,
      request: async (request) => {
        if (request.path !== 'plain') return server.request(request);
        const answer = await server.request({ ...request, path: 'job/team/job/p1/7/consoleText' });
        await answer.discard();
        return { ...answer, body: new Blob(['one\r\ntwo\n']).stream() };
      },
    };
    const routes = { logText: 'job/team/job/p1/7/logText', plain: { path: 'plain' } };
    expect(await text(new BuildLog(lacking, routes))).toBe('one\r\ntwo\nthree');
  });

  test('says when it is not', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index}${index % 2 ? '\n' : '\r\n'}`).join(
      '',
    );
    const log = follow(oneLog({ log: encode(lines) }));
    expect(await text(log)).toBe(lines.replaceAll('\r\n', '\n'));
    expect(log.lossless).toBe(false);
  });

  test('loses no line of random logs', async () => {
    for (let seed = 0; seed < 100; seed++) {
      const server = randomServer(random(seed));
      if (decode(server.log).includes('\ufffd')) continue;
      const got = await text(follow(oneLog(server)));
      const lines = (all: string): string[] => all.split(/[\r\n]+/u).filter((line) => line !== '');
      let found = 0;
      const wanted = lines(decode(consoleText(server.log, true)));
      for (const line of lines(got)) if (line.endsWith(wanted[found] ?? '\n')) found++;
      expect(found, `seed ${seed}`).toBe(wanted.length);
    }
  });

  test('of 10 MB is read in pieces', async () => {
    const lines = 'a line of some length, like many others\n'.repeat(250_000);
    const log = follow(oneLog({ log: encode(lines) }));
    const got = await text(log);
    expect(got.length).toBe(lines.length);
    expect(got === lines).toBe(true);
  });
});

describe('what goes wrong', () => {
  const log = encode('one\ntwo\nthree\n');

  test('a signal ends it, while it waits', async () => {
    const ended = new AbortController();
    let times = 0;
    const growth = (): number => {
      if (++times === 4) ended.abort(new Error('enough'));
      return 0;
    };
    const server = oneLog({ log, growth });
    await expect(read(server, { signal: ended.signal })).rejects.toMatchObject({ code: 'Aborted' });
  });

  test('a deadline ends it', async () => {
    const server = oneLog({ log, growth: () => 0 });
    await expect(read(server, { timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'Timeout' });
  });

  test('a stream that is cancelled ends its requests', async () => {
    let grown = 4;
    const server = oneLog({ log, growth: () => grown });
    const reader = followLog(server, loggedBuild).toWebStream().getReader();
    expect(decode((await reader.read()).value ?? new Uint8Array(0))).toMatch(/^one\n/u);
    grown = 0;
    const pending = reader.read();
    await reader.cancel();
    expect((await pending).done).toBe(true);
    const { length } = server.asked;
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.asked.length - length).toBeLessThanOrEqual(1);
  });

  test('a build that is deleted meanwhile', async () => {
    let asked = 0;
    const server = oneLog({
      log,
      growth: () => 2,
      before: () => {
        if (++asked > 3) throw new NotFoundOrHiddenError('It is gone.');
      },
    });
    await expect(read(server)).rejects.toBeInstanceOf(NotFoundOrHiddenError);
  });

  test('a log that was written anew', async () => {
    await expect(read(oneLog({ log }), { from: 500 })).rejects.toBeInstanceOf(ConflictError);
  });

  test('a server that is away for too long', async () => {
    const away = oneLog({
      log,
      before: () => {
        throw new NotReadyError('It restarts.');
      },
    });
    await expect(read(away)).rejects.toBeInstanceOf(NotReadyError);
  });

  test('an answer without a size', async () => {
    const server = oneLog({ log });
    const bare: Connection = {
      ...server,
      request: async (request) => ({ ...(await server.request(request)), headers: new Headers() }),
    };
    await expect(read(bare)).rejects.toMatchObject({ code: 'UnexpectedBody' });
  });
});
