import type { Answer, FakeRequest } from '../http.ts';
import { plain } from '../http.ts';
import * as progressive from '../progressive-log.ts';
import type { GrowingLog } from './growing-log.ts';

/** `consoleText`: all of it, without console notes; ranges are ignored. */
export function consoleText(log: GrowingLog, finished: boolean): Answer {
  return plain(progressive.consoleText(log.bytes, finished), { 'transfer-encoding': 'chunked' });
}

/** `logText/progressiveText`. */
export function progressiveText(request: FakeRequest, log: GrowingLog, finished: boolean): Answer {
  const answer = progressive.progressiveText({ log: log.bytes, start: startOf(request), finished });
  return plain(answer.body, sizeHeaders(answer));
}

/** `logText/progressiveHtml`. */
export function progressiveHtml(request: FakeRequest, log: GrowingLog, finished: boolean): Answer {
  const answer = progressive.progressiveHtml({ log: log.bytes, start: startOf(request), finished });
  const headers = {
    ...sizeHeaders(answer),
    'content-type': 'text/html;charset=UTF-8',
    'x-consoleannotator': annotator(answer.size),
  };
  return plain(answer.body, headers);
}

function startOf(request: FakeRequest): number {
  const start = Number(request.parameter('start') ?? 0);
  return Number.isSafeInteger(start) && start > 0 ? start : 0;
}

function sizeHeaders(answer: progressive.LogAnswer): Record<string, string> {
  return { 'x-text-size': String(answer.size), ...(answer.more && { 'x-more-data': 'true' }) };
}

/** What Jenkins wants back with the next question for HTML, so that marks go on across answers. */
export function annotator(at: number): string {
  return Buffer.from(`annotator at ${at}`).toString('base64');
}
