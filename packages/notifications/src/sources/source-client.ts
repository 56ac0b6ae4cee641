import { randomUUID } from 'node:crypto';
import type { Clock } from '@armillary/kube';
import { Compile } from 'typebox/compile';
import { NotificationError } from '../errors.ts';
import { OutgoingError } from '../outgoing/outgoing-http.ts';
import type { OutgoingAnswer, OutgoingHttp, OutgoingRequest } from '../outgoing/outgoing-http.ts';
import { retryAfterMs } from '../outgoing/retry-after.ts';
import { nobody, readAnswer } from './answer-content.ts';
import type { AnswerContent } from './answer-content.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { CONTRACT_VERSION, ReceiverListBatch } from './contract/receiver-list.ts';
import type { ReceiverQuery } from './contract/receiver-list.ts';
import { maxAgeMs } from './freshness.ts';
import type { AnswerLifetime } from './freshness.ts';
import { answerRefusal, signRequest } from './signature.ts';
import { sourceAuth } from './source-auth.ts';
import type { ReadCredential, SourceAuth } from './source-auth.ts';
import { answerInvalid } from './source-failure.ts';
import type { SourceFailure } from './source-failure.ts';
import type { SourceQuery } from './source-query.ts';
import { addressPolicyOf } from './source-settings.ts';
import type { SourceSettings } from './source-settings.ts';
import type { Trust } from './trust.ts';

/** What came of asking a source. */
export type SourceOutcome =
  | {
      readonly outcome: 'answered';
      readonly content: AnswerContent;
      readonly lifetime: AnswerLifetime;
      readonly etag?: string;
      /** The answer as JSON, to be read again after a restart; `null` when the source knew nothing of the namespace. */
      readonly document: string;
    }
  /** The answer that was named by its ETag still holds. */
  | { readonly outcome: 'unchanged'; readonly lifetime: AnswerLifetime }
  | { readonly outcome: 'failed'; readonly failure: SourceFailure };

/** Options of a `SourceClient`. */
export interface SourceClientOptions {
  settings: SourceSettings;
  http: OutgoingHttp;
  credential: ReadCredential;
  clock: Clock;
}

/** The longest answer in bytes, after decompression. */
const maxAnswerBytes = 1024 * 1024;
const receiverListBatch = Compile(ReceiverListBatch);

/** Asks one source over HTTP, as the published contract says. Remembers nothing. */
export class SourceClient {
  readonly #options: SourceClientOptions;
  readonly #trust: Trust;

  constructor(options: SourceClientOptions) {
    this.#options = options;
    const { trust } = options.settings;
    this.#trust = { secretNamespaces: trust.secretNamespaces, policy: addressPolicyOf(trust) };
  }

  /** Asks one question. Never rejects. */
  async ask(query: SourceQuery, etag: string | undefined, signal: AbortSignal): Promise<SourceOutcome> {
    const { endpoint, contract } = this.#options.settings;
    const request = {
      method: 'GET',
      url: query.key === '' ? endpoint : `${endpoint}?${query.key}`,
      headers: etag === undefined ? {} : { 'if-none-match': etag },
    } as const;
    return await this.#exchange(request, signal, (answer) => {
      if (answer.status === 304 && etag !== undefined) {
        return { outcome: 'unchanged', lifetime: lifetimeOf(answer) };
      }
      if (answer.status === 404) return found(nobody, lifetimeOf(answer), 'null');
      const refused = unusable(answer, contract, this.#options.clock.now());
      if (refused) return failed(refused);
      const value = parseBoundedJson(answer.body);
      const { content, lifetime } = this.read(value);
      return found(
        content,
        { ...lifetimeOf(answer), ...lifetime },
        JSON.stringify(value),
        answer.headers['etag'],
      );
    });
  }

  /** Asks several questions with one request; undefined when the source does not take several. Never rejects. */
  async askMany(
    queries: readonly SourceQuery[],
    signal: AbortSignal,
  ): Promise<readonly SourceOutcome[] | undefined> {
    const request = {
      method: 'POST',
      url: `${this.#options.settings.endpoint}:query`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(receiverQuery(queries)),
    } as const;
    let lists: readonly SourceOutcome[] = [];
    const outcome = await this.#exchange(request, signal, (answer) => {
      const refused = unusable(answer, 'receivers', this.#options.clock.now());
      if (refused) return failed(refused);
      const batch = parseBoundedJson(answer.body);
      if (!receiverListBatch.Check(batch)) return failed(answerInvalid('it is no ReceiverListBatch'));
      if (batch.items.length !== queries.length) {
        return failed(answerInvalid('it does not have as many items as there were questions'));
      }
      lists = batch.items.map((item) => this.#readItem(item, lifetimeOf(answer)));
      return found(nobody, {}, 'null');
    });
    if (outcome.outcome !== 'failed') return lists;
    const { code, status } = outcome.failure;
    const takesNone = status === 404 || status === 405 || status === 501 || code === 'AnswerTooLarge';
    return takesNone ? undefined : queries.map(() => outcome);
  }

  /** Reads an answer that was kept. Throws `NotificationError` `Invalid`. */
  read(value: unknown): { content: AnswerContent; lifetime: AnswerLifetime } {
    const { name, contract } = this.#options.settings;
    if (contract === 'tenants' && !Array.isArray(value)) {
      throw new NotificationError('Invalid', 'it is no array of tenant names');
    }
    return readAnswer(value, name, this.#trust);
  }

  #readItem(item: unknown, lifetime: AnswerLifetime): SourceOutcome {
    try {
      const read = this.read(item);
      return found(read.content, { ...lifetime, ...read.lifetime }, JSON.stringify(item));
    } catch (error) {
      return failed(failureOf(error));
    }
  }

  async #exchange(
    request: Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'>,
    signal: AbortSignal,
    read: (answer: OutgoingAnswer) => SourceOutcome,
  ): Promise<SourceOutcome> {
    const { settings, credential, clock } = this.#options;
    try {
      const auth = await sourceAuth(settings.auth, credential);
      const answer = await this.#send(request, auth, signal);
      const refusal = auth.verifyAnswers
        ? answerRefusal(answer, answer.headers, auth.secrets, clock.now())
        : undefined;
      if (refusal !== undefined)
        return failed({ code: 'SignatureRefused', message: `the answer is refused: ${refusal}` });
      return read(answer);
    } catch (error) {
      return failed(failureOf(error));
    }
  }

  /** Sends a request; when no connection could be made, once more within the same time. */
  async #send(
    { method, url, headers, body = '' }: Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'>,
    auth: SourceAuth,
    signal: AbortSignal,
  ): Promise<OutgoingAnswer> {
    const { settings, http, clock } = this.#options;
    const { pathname, search } = new URL(url);
    const deadline = clock.now() + settings.timeoutMs;
    const attempt = async (): Promise<OutgoingAnswer> =>
      await http.send({
        method,
        url,
        headers: {
          accept: 'application/vnd.armillary.receivers+json;version=1, application/json;q=0.9',
          'x-request-id': randomUUID(),
          'x-armillary-refresh-interval-seconds': String(Math.ceil(settings.cache.ttlMs / 1000)),
          ...headers,
          ...auth.client.headers,
          ...(auth.secrets.length > 0
            ? signRequest({ method, target: `${pathname}${search}`, body }, auth.secrets, clock.now())
            : {}),
        },
        ...(method === 'GET' ? {} : { body }),
        ...transportOf(auth),
        timeoutMs: Math.min(settings.timeoutMs, Math.max(1, deadline - clock.now())),
        signal,
        maxAnswerBytes,
      });
    try {
      return await attempt();
    } catch (error) {
      const unconnected = error instanceof OutgoingError && error.code === 'ConnectionFailed' && error.unsent;
      if (!unconnected || signal.aborted) throw error;
      return await attempt();
    }
  }
}

function transportOf({ client: { tls, proxyUrl } }: SourceAuth): Pick<OutgoingRequest, 'tls' | 'proxyUrl'> {
  return { ...(tls && { tls }), ...(proxyUrl !== undefined && { proxyUrl }) };
}

function receiverQuery(queries: readonly SourceQuery[]): ReceiverQuery {
  const items = queries.map(({ parameters }) => {
    const { cluster, namespace, ...labels } = Object.fromEntries(parameters) as Record<
      string,
      string | undefined
    >;
    return {
      ...(cluster === undefined ? {} : { cluster }),
      ...(namespace === undefined ? {} : { namespace }),
      labels: labels as Record<string, string>,
    };
  });
  return { apiVersion: CONTRACT_VERSION, kind: 'ReceiverQuery', items };
}

/** Why an answer is not even read. Sidecars of upstream do not always say that they send JSON. */
function unusable(
  { status, headers }: OutgoingAnswer,
  contract: SourceSettings['contract'],
  now: number,
): SourceFailure | undefined {
  if (status !== 200) {
    const wait = status === 429 || status === 503 ? retryAfterMs(headers, now) : undefined;
    const message = `it answered HTTP ${status}${status >= 300 && status < 400 ? '; redirects are not followed' : ''}`;
    return { code: 'HttpStatus', message, status, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
  }
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (contract === 'receivers' && !/^\s*application\/(?:[\w.+-]+\+)?json\s*$/iu.test(type)) {
    return answerInvalid('its Content-Type is not application/json');
  }
  return undefined;
}

function lifetimeOf({ headers }: OutgoingAnswer): AnswerLifetime {
  const ttlMs = maxAgeMs(headers['cache-control']);
  return ttlMs === undefined ? {} : { ttlMs };
}

const found = (
  content: AnswerContent,
  lifetime: AnswerLifetime,
  document: string,
  etag?: string,
): SourceOutcome => ({
  outcome: 'answered',
  content,
  lifetime,
  document,
  ...(etag === undefined ? {} : { etag }),
});

const failed = (failure: SourceFailure): SourceOutcome => ({ outcome: 'failed', failure });

function failureOf(error: unknown): SourceFailure {
  if (error instanceof OutgoingError) return { code: error.code, message: error.message };
  if (error instanceof SyntaxError) return answerInvalid(`the answer cannot be used: ${error.message}`);
  if (error instanceof NotificationError) {
    return error.code === 'Invalid'
      ? answerInvalid(`the answer cannot be used: ${error.message}`)
      : { code: error.code, message: error.message };
  }
  return { code: 'RequestFailed', message: `the request could not be made: ${(error as Error).message}` };
}
