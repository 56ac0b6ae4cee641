/** A connection to a server with one build, whose log grows, for this package's own tests. It is not published. */
import type { Clock, Connection, JenkinsRequest, JenkinsResponse } from '../connection.ts';
import { consoleText, progressiveHtml, progressiveText } from './progressive-log.ts';

/** The log and how it grows. */
export interface OneLog {
  readonly log: Uint8Array;
  /** How many more bytes there are at each request and each pause; all from the start when left out. */
  readonly growth?: () => number;
  /** How many bytes there are at first, when it grows. */
  readonly grown?: number;
  readonly linesAtOnce?: number;
  readonly exactSize?: boolean;
  /** How many bytes are written between the taking of the size and the reading of a running log; none when left out. */
  readonly lateBytes?: () => number;
  /** Called before a request is answered; it may throw. */
  readonly before?: (route: string) => void;
  /** How many bytes of a body arrive before it breaks; Infinity when left out. */
  readonly breaksAfter?: () => number;
}

/** The build that has the log. */
export const loggedBuild = { item: ['team', 'p1'], number: 7 };

/** The connection, and what it was asked: `GET logText/progressiveText 0`. Without end it is not asked: it throws. */
export function oneLog(server: OneLog): Connection & { readonly asked: string[] } {
  const { log, growth, grown: first = 0, before, breaksAfter, lateBytes, ...limits } = server;
  const asked: string[] = [];
  let grown = growth ? first : log.length;
  let time = 0;
  const grow = (): void => {
    grown = Math.min(log.length, grown + (growth?.() ?? 0));
  };
  const clock: Clock = {
    now: () => time,
    async sleep(ms, signal) {
      time += ms;
      grow();
      await Promise.resolve();
      signal?.throwIfAborted();
    },
  };
  const request = async ({ method = 'GET', path, query }: JenkinsRequest): Promise<JenkinsResponse> => {
    await Promise.resolve();
    grow();
    const route = path.replace('job/team/job/p1/7/', '');
    asked.push(`${method} ${route}${query?.['start'] === undefined ? '' : ` ${String(query['start'])}`}`);
    if (asked.length > 20_000) throw new Error('It asks without end.');
    before?.(route);
    const finished = grown === log.length;
    const now = log.subarray(0, grown);
    const broken = breaksAfter?.() ?? Infinity;
    if (route === 'consoleText') return answer(consoleText(now, finished), {}, broken);
    const question = { ...limits, log: now, start: Number(query?.['start']), finished };
    const html = route.endsWith('logText/progressiveHtml');
    const { size, more, body } = html ? progressiveHtml(question) : progressiveText(question);
    // The older size, that of progressiveHtml, and that of a finished log are counted after the reading.
    const late = more && !html && limits.exactSize !== true && method === 'GET' ? (lateBytes?.() ?? 0) : 0;
    const told = late > 0 ? Math.max(question.start, size - late) : size;
    const headers = { 'x-text-size': String(told), ...(more ? { 'x-more-data': 'true' } : {}) };
    return answer(method === 'HEAD' ? new Uint8Array(0) : body, headers, broken);
  };
  return {
    url: new URL('http://jenkins/'),
    clock,
    serverSession: undefined,
    asked,
    capabilities: () => Promise.reject(new Error('This server was not to be asked what it can.')),
    request,
  };
}

/** An answer in pieces of 1 to 64 KiB. */
function answer(body: Uint8Array, headers: Record<string, string>, breaksAfter: number): JenkinsResponse {
  let at = 0;
  let size = 1;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at >= breaksAfter) throw Object.assign(new Error('broken'), connectionFailed);
      if (at === body.length) controller.close();
      else controller.enqueue(body.subarray(at, (at = Math.min(body.length, at + size))));
      size = Math.min(size * 2, 64 * 1024);
    },
  });
  const unused = (): Promise<never> => Promise.reject(new Error('Logs are read as streams.'));
  return {
    status: 200,
    headers: new Headers(headers),
    location: undefined,
    body: stream,
    text: unused,
    json: unused,
    discard: () => stream.cancel(),
  };
}

/** What makes an error one of a connection that broke. */
const connectionFailed = { name: 'ConnectionFailedError', code: 'ConnectionFailed', path: 'log' };

/** The same numbers for the same seed (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
