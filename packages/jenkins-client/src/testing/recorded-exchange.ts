/** Answers a client with recordings, in order, and keeps what it sent. Only for this package's own tests. */
import { connect } from '../connect.ts';
import type { Jenkins } from '../jenkins.ts';
import { recordedResponse, recording } from './recording.ts';

/** A request, decoded, so that two that mean the same are equal. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The fields of a form, with the `json` of Jenkins' own forms parsed; a file as its name and content. */
  readonly form?: Readonly<Record<string, unknown>>;
  readonly text?: string;
}

/** An answer that was not recorded. */
export interface MadeUp {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A client whose requests are answered by these recordings, one after the other, and what it sent so far. */
export function answering(...answers: readonly (string | MadeUp)[]): { jenkins: Jenkins; sent: Sent[] } {
  const sent: Sent[] = [];
  const left = [...answers];
  const jenkins = connect({
    url: 'http://127.0.0.1:18090/',
    auth: { user: 'admin', token: 'api-token' },
    retry: false,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      sent.push(await decoded(request.method, request.url, request.headers.get('content-type'), request));
      const answer = left.shift();
      if (answer === undefined) throw new Error(`no answer is left for ${request.method} ${request.url}`);
      if (typeof answer === 'string') return recordedResponse(answer);
      return new Response(answer.body ?? null, { status: answer.status, headers: answer.headers ?? {} });
    },
  });
  return { jenkins, sent };
}

/** The request of a recording. */
export function recordedRequest(name: string): Promise<Sent> {
  const { method, path, headers, body = '' } = recording(name).request;
  const type = headers['content-type'] ?? null;
  return decoded(method, `http://127.0.0.1${path}`, type, new Response(body, { headers }));
}

async function decoded(
  method: string,
  url: string,
  type: string | null,
  body: Request | Response,
): Promise<Sent> {
  const { pathname: path, searchParams } = new URL(url);
  const head = { method, path, query: Object.fromEntries(searchParams) };
  if (type === null || type.startsWith('text/plain')) return head;
  if (!/form/u.test(type)) return { ...head, text: await body.text() };
  const form: Record<string, unknown> = {};
  for (const [name, value] of await body.formData()) {
    if (typeof value !== 'string') form[name] = { name: value.name, text: await value.text() };
    else form[name] = name === 'json' && value !== '' ? (JSON.parse(value) as unknown) : value;
  }
  return { ...head, form };
}

/** All that an iterable gives. */
export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}
