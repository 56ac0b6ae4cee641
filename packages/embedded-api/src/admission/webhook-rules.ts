import type { AdmissionRequest } from '../server/admission.ts';
import type { ServedResource } from '../served-resource.ts';
import type { Webhook, WebhookRule } from './webhook-configuration.ts';

const includes = (list: readonly string[] | undefined, item: string): boolean =>
  (list ?? []).some((entry) => entry === '*' || entry === item);

/** `pods`, `pods/log`, `pods/*`, `*`, `*\/scale`, `*\/*`; a star alone stands for no subresource. */
const matchesResource = (entry: string, plural: string, subresource: string): boolean => {
  const [resource = '', sub = ''] = entry.split('/');
  return (resource === '*' || resource === plural) && (sub === '*' || sub === subresource);
};

const matchesScope = (scope: string | undefined, namespaced: boolean): boolean =>
  scope === undefined || scope === '*' || (scope === 'Namespaced') === namespaced;

const matchesRule = (rule: WebhookRule, resource: ServedResource, request: AdmissionRequest): boolean =>
  includes(rule.operations, request.operation) &&
  includes(rule.apiGroups, resource.group) &&
  includes(rule.apiVersions, resource.version) &&
  (rule.resources ?? []).some((entry) => matchesResource(entry, resource.plural, request.subresource)) &&
  matchesScope(rule.scope, resource.namespaced);

/**
 * As which resource a webhook wants to see a request: the one that was requested, else with `matchPolicy:
 * Equivalent` another served version of the same custom resource (those convert by their `apiVersion` alone).
 * Undefined when no rule matches.
 */
export const matchedResource = (
  webhook: Webhook,
  request: AdmissionRequest,
  served: readonly ServedResource[],
): ServedResource | undefined => {
  const matches = (resource: ServedResource): boolean =>
    (webhook.rules ?? []).some((rule) => matchesRule(rule, resource, request));
  if (matches(request.resource)) return request.resource;
  if (webhook.matchPolicy === 'Exact' || !request.resource.custom) return undefined;
  const { storageKey } = request.resource;
  return served.find((resource) => resource.storageKey === storageKey && matches(resource));
};
