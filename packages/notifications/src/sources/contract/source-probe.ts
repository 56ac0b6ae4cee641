import type { Clock } from '@armillary/kube';
import { AddressPolicy, type AddressPolicyOptions } from '../../outgoing/address-policy.ts';
import type { OutgoingAnswer, OutgoingHttp } from '../../outgoing/outgoing-http.ts';
import { readAnswer } from '../answer-content.ts';
import type { AnswerContent } from '../answer-content.ts';
import { parseBoundedJson } from '../bounded-json.ts';
import type { SourceAuth } from '../source-auth.ts';
import { maxAnswerBytes } from '../source-client.ts';
import { sourceRequest } from '../source-request.ts';
import type { BareRequest } from '../source-request.ts';
import { sourceEndpoint } from '../source-settings.ts';
import { unusableAnswer } from '../unusable-answer.ts';

/** How a source is checked; everything has a default. */
export interface CheckSourceOptions {
  /** A namespace that the source knows; `default` when absent. */
  namespace?: string;
  /** `default` when absent. */
  cluster?: string;
  /** Credentials and secrets, as they will be in `spec.auth` of the ReceiverSource. */
  auth?: SourceAuth;
  /** As `spec.secretNamespaces`. */
  secretNamespaces?: readonly string[];
  /** As `spec.addressPolicy`. */
  addressPolicy?: AddressPolicyOptions;
  /** Milliseconds that an answer may take, as `spec.timeout`; 2 s when absent. */
  timeoutMs?: number;
  clock?: Clock;
  signal?: AbortSignal;
}

/** An answer to a probe, with the milliseconds it took. */
export interface ProbeAnswer extends OutgoingAnswer {
  readonly tookMs: number;
}

/** What a probe changes about an ordinary request. */
export interface ProbeChanges {
  readonly headers?: Readonly<Record<string, string>>;
  /** Other credentials and secrets. */
  readonly auth?: SourceAuth;
  /** How far the clock of the request is off, in milliseconds. */
  readonly clockOffMs?: number;
}

/** Asks a source as the notification manager does, and in the ways that it never should. */
export class SourceProbe {
  /** The address that is asked, without a query. */
  readonly endpoint: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly auth: SourceAuth;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly #http: OutgoingHttp;
  readonly #options: CheckSourceOptions;
  readonly #policy: AddressPolicy;
  #usual: Promise<ProbeAnswer> | undefined;

  constructor(address: string, options: CheckSourceOptions & { clock: Clock; http: OutgoingHttp }) {
    const { namespace = 'default', cluster = 'default', timeoutMs = 2_000, clock, http } = options;
    this.namespace = namespace;
    this.cluster = cluster;
    this.auth = options.auth ?? anonymous;
    this.timeoutMs = timeoutMs;
    this.clock = clock;
    this.endpoint = sourceEndpoint(address);
    this.#http = http;
    this.#policy = new AddressPolicy(options.addressPolicy);
    this.#options = options;
  }

  /** The answer about the namespace that the source knows: asked once. */
  async usual(): Promise<ProbeAnswer> {
    this.#usual ??= this.ask(this.namespace);
    return await this.#usual;
  }

  /** Asks about a namespace; `more` are parameters beyond it. Rejects with `OutgoingError`. */
  async ask(
    namespace: string,
    changes: ProbeChanges = {},
    more: Readonly<Record<string, string>> = {},
  ): Promise<ProbeAnswer> {
    const query = new URLSearchParams({ cluster: this.cluster, namespace, ...more });
    return await this.#send({ method: 'GET', url: `${this.endpoint}?${query.toString()}` }, changes);
  }

  /** Asks about several namespaces at once. Rejects with `OutgoingError`. */
  async askMany(query: object): Promise<ProbeAnswer> {
    const headers = { 'content-type': 'application/json' };
    return await this.#send(
      { method: 'POST', url: `${this.endpoint}:query`, headers, body: JSON.stringify(query) },
      {},
    );
  }

  /** What an answer says. Throws `NotificationError` or `SyntaxError` when it cannot be used. */
  read(answer: OutgoingAnswer): AnswerContent {
    return this.readValue(parseBoundedJson(answer.body));
  }

  /** As `read`, of JSON. */
  readValue(value: unknown): AnswerContent {
    const { secretNamespaces = [] } = this.#options;
    return readAnswer(value, 'checked', { secretNamespaces, policy: this.#policy }).content;
  }

  /** Why an answer is not even read; undefined when it is 200 with JSON. */
  unusable(answer: OutgoingAnswer): string | undefined {
    return unusableAnswer(answer, 'receivers', this.clock.now())?.message;
  }

  async #send(request: BareRequest, changes: ProbeChanges): Promise<ProbeAnswer> {
    const { signal = new AbortController().signal } = this.#options;
    const { auth = this.auth, clockOffMs = 0 } = changes;
    const started = this.clock.now();
    const answer = await this.#http.send({
      ...sourceRequest({ ...request, headers: { ...request.headers, ...changes.headers } }, auth, {
        refreshMs: 60_000,
        now: started + clockOffMs,
      }),
      timeoutMs: this.timeoutMs,
      signal,
      maxAnswerBytes,
    });
    return { ...answer, tookMs: this.clock.now() - started };
  }
}

/** Nobody: neither credentials nor signatures. */
export const anonymous: SourceAuth = { client: { headers: {} }, secrets: [], verifyAnswers: false };
