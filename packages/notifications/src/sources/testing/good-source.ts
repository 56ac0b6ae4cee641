import { createHash } from 'node:crypto';
import { requestRefusal, signAnswer } from '../signature.ts';
import { listOf } from './fake-source.ts';
import type { SourceHandler, SourceRequest } from './fake-source.ts';

/** What a good source is told. */
export interface GoodSourceOptions {
  /** Who receives, by namespace. */
  people: Readonly<Record<string, readonly string[]>>;
  token?: string;
  secret?: string;
}

/** A source that keeps the whole contract: ETags, batches, a token, signed requests and answers. */
export function goodSource({ people, token, secret }: GoodSourceOptions): SourceHandler {
  const listFor = (namespace: string | null): object => listOf(people[namespace ?? ''] ?? []);
  const answerTo = (request: SourceRequest): { status: number; json?: object } => {
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) return { status: 401 };
    const headers = request.headers as Record<string, string>;
    if (secret !== undefined && requestRefusal(request, headers, [secret], Date.now()) !== undefined) {
      return { status: 403 };
    }
    if (request.method === 'GET') return { status: 200, json: listFor(request.query.get('namespace')) };
    const { items } = JSON.parse(request.body.toString()) as { items: { namespace: string }[] };
    const lists = items.map(({ namespace }) => listFor(namespace));
    const { apiVersion } = listOf([]) as { apiVersion: string };
    return { status: 200, json: { apiVersion, kind: 'ReceiverListBatch', items: lists } };
  };
  return (request, response) => {
    const { status, json } = answerTo(request);
    const text = json === undefined ? '' : JSON.stringify(json);
    const etag = `"${createHash('sha256').update(text).digest('hex')}"`;
    const unchanged = status === 200 && request.headers['if-none-match'] === etag;
    const answer = { status: unchanged ? 304 : status, body: Buffer.from(unchanged ? '' : text) };
    const signature = secret === undefined ? {} : signAnswer(answer, [secret], Date.now());
    response.writeHead(answer.status, { 'content-type': 'application/json', etag, ...signature });
    response.end(answer.body);
  };
}
