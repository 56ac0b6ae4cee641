import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CriEncoder, logTime, maxEntryBytes, parseEntry } from './cri-line.ts';
import { LogHub } from './log-hub.ts';
import { type LogOptions, readLog } from './log-reader.ts';
import { LogWriter } from './log-writer.ts';

let folder: string;
let hub: LogHub;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  hub = new LogHub();
});
afterEach(() => rmSync(folder, { recursive: true }));

async function read(path: string, options: LogOptions = {}): Promise<string> {
  const blocks: Buffer[] = [];
  for await (const block of readLog(path, hub, options, AbortSignal.timeout(15_000)))
    blocks.push(Buffer.from(block));
  return Buffer.concat(blocks).toString();
}

async function opened(path: string): Promise<LogWriter> {
  const writer = new LogWriter(path, hub);
  await writer.open();
  return writer;
}

async function written(...chunks: string[]): Promise<string> {
  const path = join(folder, 'step.log');
  const writer = await opened(path);
  for (const chunk of chunks) writer.write(Buffer.from(chunk));
  await writer.close();
  return path;
}

test('lines are written as container runtimes write them', async () => {
  const path = await written('one\ntw', 'o\n\n', 'no end');
  const lines = readFileSync(path, 'utf8').split('\n');
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z stdout [FP] /;
  expect(lines.slice(0, -1).every((line) => form.test(line))).toBe(true);
  expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'stdout F one',
    'stdout F two',
    'stdout F ',
    'stdout P no end',
    '',
  ]);
  expect(await read(path)).toBe('one\ntwo\n\nno end');
});

test('a line of any length comes back as it was, split at any byte', () => {
  const text = Buffer.from(`${'é'.repeat(maxEntryBytes)}\nshort\n\n${'x'.repeat(maxEntryBytes)}\n`);
  for (const size of [1, 7, 4096, maxEntryBytes, text.length]) {
    const encoder = new CriEncoder();
    const out: Buffer[] = [];
    for (let at = 0; at < text.length; at += size)
      out.push(encoder.encode(text.subarray(at, at + size), 't'));
    const entries = Buffer.concat(out).toString('latin1').split('\n').slice(0, -1);
    expect(entries.every((entry) => entry.length <= maxEntryBytes + 20)).toBe(true);
    const shown = entries.map((line) => parseEntry(Buffer.from(line, 'latin1')));
    const back = shown.map(
      (entry) => `${entry?.text.toString('latin1') ?? '?'}${entry?.ends === true ? '\n' : ''}`,
    );
    expect(back.join('')).toBe(text.toString('latin1'));
  }
});

test('the last lines, however long the file and its lines are', async () => {
  const lines = Array.from({ length: 5000 }, (_, index) => `${index} ${'y'.repeat(index % 97)}`);
  lines[4990] = 'z'.repeat(3 * maxEntryBytes);
  const path = await written(`${lines.join('\n')}\n`);
  for (const tailLines of [0, 1, 9, 10, 11, 4999, 5000, 9999]) {
    const expected = tailLines === 0 ? '' : `${lines.slice(-tailLines).join('\n')}\n`;
    expect((await read(path, { tailLines })) === expected, String(tailLines)).toBe(true);
  }
});

test('a last line without an end counts as a line', async () => {
  const path = await written('one\ntwo\nthree');
  expect(await read(path, { tailLines: 1 })).toBe('three');
  expect(await read(path, { tailLines: 2 })).toBe('two\nthree');
});

test('since, timestamps and a limit of bytes', async () => {
  const path = join(folder, 'old.log');
  const at = Date.parse('2026-11-22T08:00:00Z');
  for (const second of [0, 1, 2])
    appendFileSync(path, `${logTime(at + second * 1000)} stdout F line ${second}\n`);
  expect(await read(path, { sinceMs: at + 1000 })).toBe('line 1\nline 2\n');
  expect(await read(path, { sinceMs: at + 2000, timestamps: true })).toBe(
    '2026-11-22T08:00:02.000000000Z line 2\n',
  );
  expect(await read(path, { limitBytes: 9 })).toBe('line 0\nli');
});

test('following shows lines when they come and ends with the container', async () => {
  const path = join(folder, 'live.log');
  const writer = await opened(path);
  writer.line('first');
  await writer.drained();
  const seen: string[] = [];
  const reader = (async () => {
    for await (const block of readLog(path, hub, { follow: true }, AbortSignal.timeout(15_000))) {
      seen.push(block.toString());
      if (seen.join('') === 'first\n') writer.line('second');
      if (seen.join('') === 'first\nsecond\n') await writer.close();
    }
  })();
  await reader;
  expect(seen.join('')).toBe('first\nsecond\n');
});

test('a reader that goes away while it follows leaves nothing behind', async () => {
  const path = join(folder, 'left.log');
  writeFileSync(path, '');
  hub.opened(path);
  const leave = new AbortController();
  const reading = (async () => {
    for await (const _ of readLog(path, hub, { follow: true }, leave.signal)) expect.unreachable();
  })();
  leave.abort(new Error('gone'));
  await expect(reading).rejects.toThrow('gone');
});

test('a log of 64 MiB is read in constant memory', async () => {
  const path = join(folder, 'large.log');
  const line = `${logTime(0)} stdout F ${'w'.repeat(1000)}\n`;
  const block = line.repeat(1024);
  for (let count = 0; count < 64; count++) appendFileSync(path, block);
  let bytes = 0;
  let peak = 0;
  for await (const part of readLog(path, hub, {}, AbortSignal.timeout(60_000))) {
    bytes += part.length;
    peak = Math.max(peak, part.length);
  }
  expect(bytes).toBe(64 * 1024 * 1001);
  expect(peak).toBeLessThan(256 * 1024);
  // On a disk that others use, too.
});
