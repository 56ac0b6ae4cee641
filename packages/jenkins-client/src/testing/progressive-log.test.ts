import { describe, expect, test } from 'vitest';
import { consoleText, progressiveHtml, progressiveText } from './progressive-log.ts';
import { recording } from './recording.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The recorded texts have a shorter path in them than the server answered; the lengths are those of the server. */
function unmasked(text: string): string {
  return text.replaceAll('/var/jenkins_home', '/var/____/jenkins_home');
}

function recorded(name: string): { start: number; size: number; more: boolean; body: string } {
  const { request, response } = recording(name);
  return {
    start: Number(/start=(\d+)/u.exec(request.path)?.[1]),
    size: Number(response.headers['x-text-size']),
    more: response.headers['x-more-data'] === 'true',
    body: unmasked(response.body),
  };
}

/** The file on the server, from the recording of the whole of it, which had no CR of its own. */
const log = encode(recorded('03-builds-12-log-progressive-beyond').body.replaceAll('\r\n', '\n'));

describe('the log of a build that prints lines', () => {
  test.each([
    '03-builds-07-log-progressive-1',
    '03-builds-08-log-progressive-2',
    '03-builds-09-log-progressive-3',
    '03-builds-10-log-progressive-4',
    '03-builds-11-log-progressive-5',
    '03-builds-12-log-progressive-beyond',
  ])('%s', (name) => {
    const { start, ...answer } = recorded(name);
    const now = log.subarray(0, answer.size);
    const { body, ...head } = progressiveText({ log: now, start, finished: !answer.more });
    expect({ ...head, body: decode(body) }).toEqual(answer);
  });

  test('03-builds-13-log-progressive-html', () => {
    const answer = recorded('03-builds-13-log-progressive-html');
    const { size, more, body } = progressiveHtml({ log, start: 0, finished: true });
    expect({ size, more }).toEqual({ size: answer.size, more: answer.more });
    // The model has no annotators: it answers the same text without links.
    expect(decode(body)).toBe(answer.body.replaceAll(/<[^>]*>/gu, ''));
  });

  test('03-builds-14-log-consoleText', () => {
    expect(decode(consoleText(log, true))).toBe(
      unmasked(recording('03-builds-14-log-consoleText').response.body),
    );
  });
});

describe('the log of a build that prints parts of lines (10-big)', () => {
  const first = recorded('10-big-01-partial-0');
  const last = recorded('10-big-15-partial-14');
  const native = last.body.replaceAll('\r\n', '\n').replace('crlf\n', 'crlf\r\n');
  // The parts were lost to the recording client; only their lengths are known.
  const file = encode(
    `${first.body.replaceAll('\r\n', '\n')}+ set +x\n${'x'.repeat(16)}end1\n${'y'.repeat(16)}end2\n` +
      `${'z'.repeat(16)}${native}`,
  );

  test.each(Array.from({ length: 15 }, (_, index) => index))('answer %i', (index) => {
    const name = `10-big-${String(index + 1).padStart(2, '0')}-partial-${index}`;
    const { start, ...answer } = recorded(name);
    const { body, ...head } = progressiveText({
      log: file.subarray(0, answer.size),
      start,
      finished: !answer.more,
    });
    expect(head).toEqual({ size: answer.size, more: answer.more });
    expect(decode(body)).toBe(answer.body);
  });
});

test('10,000 lines at once, a CR LF counting as two; the size is that of the file', () => {
  const lines = encode('a\n'.repeat(10_001));
  expect(progressiveText({ log: lines, start: 0, finished: false })).toMatchObject({
    size: 20_002,
    more: true,
  });
  expect(progressiveText({ log: lines, start: 0, finished: false }).body).toHaveLength(30_000);
  expect(progressiveText({ log: lines, start: 0, finished: true }).body).toHaveLength(30_003);
  const native = encode('a\r\n'.repeat(10_000));
  expect(progressiveText({ log: native, start: 0, finished: false }).body).toHaveLength(15_000);
  expect(progressiveHtml({ log: native, start: 0, finished: false }).size).toBe(15_000);
});

test('before 2.509 the size was the end of what was answered', () => {
  const question = { log: encode('a\nb'), start: 0, finished: false };
  expect(progressiveText({ ...question, exactSize: true }).size).toBe(2);
  expect(progressiveText(question).size).toBe(3);
});

test('bytes that are no UTF-8, lone CRs, CR CR LF, and a CR before the start', () => {
  const body = (raw: readonly number[], start = 0): string =>
    decode(progressiveText({ log: Uint8Array.from(raw), start, finished: true }).body);
  expect(body([0x61, 0xff, 0x0a])).toBe('a\ufffd\r\n');
  expect(body([0x61, 0x0d, 0x62, 0x0d, 0x0d, 0x0a])).toBe('a\rb\r\r\n');
  expect(body([0x61, 0x0d, 0x0a, 0x62], 2)).toBe('\r\nb');
});

test('html drops what follows the last LF though it counts it', () => {
  const answer = progressiveHtml({ log: encode('a\n<50%\r<60%\r'), start: 0, finished: false });
  expect(answer).toMatchObject({ size: 12 });
  expect(decode(answer.body)).toBe('a\r\n');
});
