import type { KubeObject } from '../object.ts';
import type { StoreReader } from '../storage/store-event.ts';
import type { LabelSelector } from './label-selector.ts';

/** `admissionregistration.k8s.io/v1 RuleWithOperations`. */
export interface WebhookRule {
  operations?: string[];
  apiGroups?: string[];
  apiVersions?: string[];
  resources?: string[];
  scope?: string;
}

/** Where a webhook listens: exactly one of `url` and `service`. `caBundle` is base64 of PEM. */
export interface WebhookClientConfig {
  url?: string;
  service?: { namespace?: string; name?: string; path?: string; port?: number };
  caBundle?: string;
}

/** `MutatingWebhook` and `ValidatingWebhook` of `admissionregistration.k8s.io/v1`, with defaults filled in. */
export interface Webhook {
  name: string;
  clientConfig: WebhookClientConfig;
  rules?: WebhookRule[];
  failurePolicy?: string;
  matchPolicy?: string;
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  sideEffects?: string;
  timeoutSeconds?: number;
  admissionReviewVersions?: string[];
  /** Of mutating webhooks. */
  reinvocationPolicy?: string;
  matchConditions?: { name: string; expression: string }[];
}

/** The two kinds of configurations, as they are stored. */
export const webhookStorageKeys = {
  mutating: 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  validating: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
} as const;

/** The webhooks of a configuration. */
export const webhooksOf = (configuration: KubeObject): Webhook[] =>
  (configuration['webhooks'] ?? []) as Webhook[];

/** All webhooks of one kind in the order they are called: configurations by name, then as they are listed. */
export const storedWebhooks = (store: StoreReader, kind: keyof typeof webhookStorageKeys): Webhook[] =>
  store.list(webhookStorageKeys[kind]).flatMap(webhooksOf);
