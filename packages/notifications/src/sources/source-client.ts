import type { Clock } from '@armillary/kube';
import { Compile } from 'typebox/compile';
import { NotificationError } from '../errors.ts';
import type { ReadCredential } from '../outgoing/client-settings.ts';
import { OutgoingError } from '../outgoing/outgoing-http.ts';
import type { OutgoingAnswer, OutgoingHttp } from '../outgoing/outgoing-http.ts';
import { nobody, readAnswer } from './answer-content.ts';
import type { AnswerContent } from './answer-content.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { CONTRACT_VERSION, ReceiverListBatch } from './contract/receiver-list.ts';
import type { ReceiverQuery } from './contract/receiver-list.ts';
import { maxAgeMs } from './freshness.ts';
import type { AnswerLifetime } from './freshness.ts';
import { answerRefusal } from './signature.ts';
import { sourceAuth } from './source-auth.ts';
import type { SourceAuth } from './source-auth.ts';
import { answerInvalid } from './source-failure.ts';
import type { SourceFailure } from './source-failure.ts';
import type { SourceQuery } from './source-query.ts';
import { sourceRequest } from './source-request.ts';
import type { BareRequest } from './source-request.ts';
import { addressPolicyOf } from './source-settings.ts';
import type { SourceSettings } from './source-settings.ts';
import type { Trust } from './trust.ts';
import { unusableAnswer } from './unusable-answer.ts';

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
  | Failed;

/** No answer came, or none that can be used. */
type Failed = { readonly outcome: 'failed'; readonly failure: SourceFailure };

/** Options of a `SourceClient`. */
export interface SourceClientOptions {
  settings: SourceSettings;
  http: OutgoingHttp;
  credential: ReadCredential;
  clock: Clock;
}

/** The longest answer in bytes, after decompression. */
export const maxAnswerBytes = 1024 * 1024;
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
      const refused = unusableAnswer(answer, contract, this.#options.clock.now());
      if (refused) return failed(refused);
      const value = parseBoundedJson(answer.body);
      const { content, lifetime } = this.read(value);
      return found(content, { ...lifetimeOf(answer), ...lifetime }, JSON.stringify(value), etagOf(answer));
    });
  }

  /**
   * Asks several questions with one request: one outcome each, `notOffered` when the source takes no batches, `tooLong`
   * when it says more about all of them than fits in one answer. Never rejects.
   */
  async askMany(
    queries: readonly SourceQuery[],
    signal: AbortSignal,
  ): Promise<readonly SourceOutcome[] | 'notOffered' | 'tooLong'> {
    const request = {
      method: 'POST',
      url: `${this.#options.settings.endpoint}:query`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(receiverQuery(queries)),
    } as const;
    const result = await this.#exchange(request, signal, (answer) => this.#readBatch(answer, queries.length));
    if (!('failure' in result)) return result;
    const { code, status } = result.failure;
    if (status === 404 || status === 405 || status === 501) return 'notOffered';
    return code === 'AnswerTooLarge' ? 'tooLong' : queries.map(() => result);
  }

  /** Reads an answer that was kept. Throws `NotificationError` `Invalid`. */
  read(value: unknown): { content: AnswerContent; lifetime: AnswerLifetime } {
    const { name, contract } = this.#options.settings;
    if (contract === 'tenants' && !Array.isArray(value)) {
      throw new NotificationError('Invalid', 'it is no array of tenant names');
    }
    return readAnswer(value, name, this.#trust);
  }

  #readBatch(answer: OutgoingAnswer, count: number): readonly SourceOutcome[] | Failed {
    const refused = unusableAnswer(answer, 'receivers', this.#options.clock.now());
    if (refused) return failed(refused);
    const batch = parseBoundedJson(answer.body);
    if (!receiverListBatch.Check(batch)) return failed(answerInvalid('it is no ReceiverListBatch'));
    if (batch.items.length !== count) {
      return failed(answerInvalid('it does not have as many items as there were questions'));
    }
    return batch.items.map((item) => this.#readItem(item, lifetimeOf(answer)));
  }

  #readItem(item: unknown, lifetime: AnswerLifetime): SourceOutcome {
    try {
      const read = this.read(item);
      return found(read.content, { ...lifetime, ...read.lifetime }, JSON.stringify(item));
    } catch (error) {
      return failed(failureOf(error));
    }
  }

  async #exchange<T>(
    request: BareRequest,
    signal: AbortSignal,
    read: (answer: OutgoingAnswer) => T,
  ): Promise<T | Failed> {
    const { settings, credential, clock } = this.#options;
    try {
      const auth = await sourceAuth(settings.auth, credential);
      const answer = await this.#send(request, auth, signal);
      const refusal = auth.verifyAnswers
        ? answerRefusal(answer, answer.headers, auth.secrets, clock.now())
        : undefined;
      return refusal === undefined
        ? read(answer)
        : failed({ code: 'SignatureRefused', message: `the answer is refused: ${refusal}` });
    } catch (error) {
      return failed(failureOf(error));
    }
  }

  /** Sends a request; when no connection could be made, once more within the same time. */
  async #send(request: BareRequest, auth: SourceAuth, signal: AbortSignal): Promise<OutgoingAnswer> {
    const { settings, http, clock } = this.#options;
    const deadline = clock.now() + settings.timeoutMs;
    const attempt = async (): Promise<OutgoingAnswer> =>
      await http.send({
        ...sourceRequest(request, auth, { refreshMs: settings.cache.ttlMs, now: clock.now() }),
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

function lifetimeOf({ headers }: OutgoingAnswer): AnswerLifetime {
  const ttlMs = maxAgeMs(headers['cache-control']);
  return ttlMs === undefined ? {} : { ttlMs };
}

/** The ETag, when it is one that can be sent back (RFC 9110, section 8.8.3) and is worth its place. */
const etagOf = ({ headers }: OutgoingAnswer): string | undefined =>
  /^(?:W\/)?"[\x21\x23-\x7e]{0,250}"$/u.exec(headers['etag'] ?? '')?.[0];

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

const failed = (failure: SourceFailure): Failed => ({ outcome: 'failed', failure });

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
