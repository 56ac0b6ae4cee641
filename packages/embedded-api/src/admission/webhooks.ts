import { randomUUID } from 'node:crypto';
import { applyJsonPatch } from '../patch/json-patch.ts';
import type { KubeObject } from '../object.ts';
import type { Registry } from '../registry/registry.ts';
import type { Admission, AdmissionRequest } from '../server/admission.ts';
import type { ServedResource } from '../served-resource.ts';
import { StatusError, badRequest } from '../status-error.ts';
import type { StoreReader } from '../storage/store-event.ts';
import { admissionReview, readAdmissionResponse, type AdmissionResponse } from './admission-review.ts';
import { conditionsHold } from './match-conditions.ts';
import { webhookAddress } from './webhook-address.ts';
import { WebhookClient } from './webhook-client.ts';
import { storedWebhooks, webhookStorageKeys, type Webhook } from './webhook-configuration.ts';
import { matchedResource } from './webhook-rules.ts';
import { selectedBy } from './webhook-selectors.ts';

/** What the webhooks of a server work with. */
export interface AdmissionWebhooksOptions {
  store: StoreReader;
  registry: Registry;
  /** Told of calls that failed and were ignored by the webhook's `failurePolicy`. */
  onIgnoredFailure(webhook: string, error: Error): void;
}

const defaultTimeoutSeconds = 10;
/** A webhook may send any number of warnings; clients are shown this many characters of each. */
const maxWarningLength = 4096;

const configurationKeys = new Set<string>(Object.values(webhookStorageKeys));

/** The webhook could not be asked, or its answer is no answer. What follows is up to `failurePolicy`. */
class WebhookCallError extends Error {
  constructor(webhook: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`failed calling webhook "${webhook}": ${reason}`, { cause });
    this.name = 'WebhookCallError';
  }
}

const internal = (message: string, cause?: unknown): StatusError =>
  new StatusError(
    {
      code: 500,
      reason: 'InternalError',
      message: `Internal error occurred: ${message}`,
      details: { causes: [{ message }] },
    },
    { cause },
  );

const denial = (webhook: string, status: AdmissionResponse['status']): StatusError => {
  const deniedBy = `admission webhook "${webhook}" denied the request`;
  const why = status.message || status.reason;
  return new StatusError({
    code: 400,
    ...status,
    message: why ? `${deniedBy}: ${why}` : `${deniedBy} without explanation`,
  });
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Calls the mutating and validating admission webhooks that are registered with the server. */
export class AdmissionWebhooks implements Admission {
  readonly #options: AdmissionWebhooksOptions;
  readonly #client = new WebhookClient();

  constructor(options: AdmissionWebhooksOptions) {
    this.#options = options;
  }

  /**
   * Passes the object through all mutating webhooks that want to see it, one after the other. Those with
   * `reinvocationPolicy: IfNeeded` see it once more when a later one changed it.
   * @throws StatusError of the webhook that refuses it, or 500 when one fails that must not.
   */
  async mutate(request: AdmissionRequest): Promise<KubeObject> {
    let object = request.object!;
    const webhooks = storedWebhooks(this.#options.store, 'mutating');
    if (webhooks.length === 0) return object;
    let invoked = new Set<Webhook>();
    const again = new Set<Webhook>();
    for (const webhook of webhooks) {
      const next = await this.#mutateOnce(webhook, { ...request, object });
      if (next !== undefined && next !== object) {
        for (const earlier of invoked) again.add(earlier);
        invoked = new Set();
      }
      if (next !== undefined && webhook.reinvocationPolicy === 'IfNeeded') invoked.add(webhook);
      object = next ?? object;
    }
    for (const webhook of again) object = (await this.#mutateOnce(webhook, { ...request, object })) ?? object;
    return object;
  }

  /**
   * Asks all validating webhooks at the same time, for deletions after the mutating ones.
   * @throws StatusError as `mutate`, of the first in order that refuses.
   */
  async validate(request: AdmissionRequest): Promise<void> {
    if (request.operation === 'DELETE')
      for (const webhook of storedWebhooks(this.#options.store, 'mutating'))
        await this.#mutateNothing(webhook, request);
    const reviews = storedWebhooks(this.#options.store, 'validating').map(async (webhook) => {
      const resource = this.#wants(webhook, request);
      if (resource) await this.#review(webhook, resource, request, false);
    });
    for (const outcome of await Promise.allSettled(reviews))
      if (outcome.status === 'rejected') throw asError(outcome.reason);
  }

  /** Ends the connections to webhooks. */
  close(): void {
    this.#client.close();
  }

  /** As which resource a webhook wants to see the request; undefined when it does not. */
  #wants(webhook: Webhook, request: AdmissionRequest): ServedResource | undefined {
    const { store, registry } = this.#options;
    // A broken webhook must not be able to keep itself from being removed.
    if (configurationKeys.has(request.resource.storageKey)) return undefined;
    const resource = matchedResource(webhook, request, registry.all());
    const wanted =
      resource && selectedBy(webhook, store, request) && conditionsHold(webhook, resource, request);
    return wanted ? resource : undefined;
  }

  /** The object after one webhook, the same one when it changed nothing; undefined when it was not asked. */
  async #mutateOnce(webhook: Webhook, request: AdmissionRequest): Promise<KubeObject | undefined> {
    const object = request.object!;
    const resource = this.#wants(webhook, request);
    if (!resource) return undefined;
    const response = await this.#review(webhook, resource, request, true);
    if (!Array.isArray(response?.patch) || response.patch.length === 0) return object;
    return this.#patched(webhook, resource, request, object, response.patch);
  }

  /** A mutating webhook may refuse a deletion, but there is nothing that it could change. */
  async #mutateNothing(webhook: Webhook, request: AdmissionRequest): Promise<void> {
    const resource = this.#wants(webhook, request);
    const response = resource && (await this.#review(webhook, resource, request, true));
    if (Array.isArray(response?.patch) && response.patch.length > 0)
      throw internal(
        `admission webhook "${webhook.name}" attempted to modify the object, which is not supported for this operation`,
      );
  }

  #patched(
    webhook: Webhook,
    resource: ServedResource,
    request: AdmissionRequest,
    object: KubeObject,
    patch: unknown[],
  ): KubeObject {
    const { apiVersion } = object;
    const group = resource.group ? `${resource.group}/` : '';
    const seen = object.kind === resource.kind ? { ...object, apiVersion: group + resource.version } : object;
    let next: KubeObject;
    try {
      next = { ...applyJsonPatch(seen, patch), apiVersion };
    } catch (error) {
      throw internal(
        `the patch of webhook "${webhook.name}" does not apply: ${asError(error).message}`,
        error,
      );
    }
    const { name, namespace } = object.metadata;
    if (next.kind !== object.kind || next.metadata?.name !== name || next.metadata.namespace !== namespace)
      throw internal(`webhook "${webhook.name}" must not change the kind, name or namespace of an object`);
    // A patch shares what it does not touch with the object it was made from, and defaults are filled in place.
    next = structuredClone(next);
    if (request.subresource === '') request.resource.strategy.default?.(next);
    return next;
  }

  /** Undefined when the call failed and the webhook is not to be missed. */
  async #review(
    webhook: Webhook,
    resource: ServedResource,
    request: AdmissionRequest,
    mayPatch: boolean,
  ): Promise<AdmissionResponse | undefined> {
    const { name, sideEffects, failurePolicy } = webhook;
    if (request.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun')
      throw badRequest(`admission webhook "${name}" does not support dry run`);
    let response: AdmissionResponse;
    try {
      response = await this.#call(webhook, resource, request, mayPatch);
    } catch (error) {
      request.signal?.throwIfAborted();
      const failure = new WebhookCallError(name, error);
      if (failurePolicy !== 'Ignore') throw internal(failure.message, failure);
      this.#options.onIgnoredFailure(name, failure);
      return undefined;
    }
    for (const warning of response.warnings) request.warn(warning.slice(0, maxWarningLength));
    if (!response.allowed) throw denial(name, response.status);
    return response;
  }

  async #call(
    webhook: Webhook,
    resource: ServedResource,
    request: AdmissionRequest,
    mayPatch: boolean,
  ): Promise<AdmissionResponse> {
    const { clientConfig, timeoutSeconds = defaultTimeoutSeconds, admissionReviewVersions = [] } = webhook;
    const version =
      admissionReviewVersions.find((candidate) => candidate === 'v1' || candidate === 'v1beta1') ?? 'v1';
    const uid = randomUUID();
    const body = JSON.stringify(admissionReview(request, resource, uid, version));
    const address = webhookAddress(this.#options.store, clientConfig);
    const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
    const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
    const ca = clientConfig.caBundle
      ? Buffer.from(clientConfig.caBundle, 'base64').toString('utf8')
      : undefined;
    const path = `${address.path}?timeout=${timeoutSeconds}s`;
    let text: string;
    try {
      text = await this.#client.post({ ...address, path }, body, ca, signal);
    } catch (error) {
      const why = deadline.aborted ? 'context deadline exceeded' : asError(error).message;
      throw new Error(`failed to call webhook: Post "${address.url}?timeout=${timeoutSeconds}s": ${why}`, {
        cause: error,
      });
    }
    return readAdmissionResponse(text, uid, version, mayPatch);
  }
}
