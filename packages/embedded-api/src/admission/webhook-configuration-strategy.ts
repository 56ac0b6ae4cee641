import { duplicate, invalid, notSupported, required } from '@armillary/resource';
import type { KubeObject } from '../object.ts';
import type { Strategy } from '../served-resource.ts';
import type { StatusCause } from '../status-error.ts';
import { matchConditionProblems } from './match-conditions.ts';
import {
  webhooksOf,
  type Webhook,
  type WebhookClientConfig,
  type WebhookRule,
} from './webhook-configuration.ts';

const oneOf = (field: string, value: string | undefined, supported: string[]): StatusCause[] =>
  value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)];

const defaults = (webhook: Webhook, mutating: boolean): void => {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  if (mutating) webhook.reinvocationPolicy ??= 'Never';
  for (const rule of webhook.rules ?? []) rule.scope ??= '*';
  const { service } = webhook.clientConfig ?? {};
  if (service) service.port ??= 443;
};

const alone = (field: string, values: readonly string[], what: string): StatusCause[] =>
  values.length > 1 && values.includes('*')
    ? [invalid(field, values, `if '*' is present, must not specify other ${what}`)]
    : [];

const ruleProblems = (rule: WebhookRule, at: string): StatusCause[] => {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [] } = rule;
  const needed = { operations, apiGroups, apiVersions, resources };
  return [
    ...Object.entries(needed).flatMap(([field, values]) =>
      values.length === 0 ? [required(`${at}.${field}`)] : [],
    ),
    ...operations.flatMap((operation, i) =>
      oneOf(`${at}.operations[${i}]`, operation, ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']),
    ),
    ...alone(`${at}.operations`, operations, 'operations'),
    ...alone(`${at}.apiGroups`, apiGroups, 'API groups'),
    ...alone(`${at}.apiVersions`, apiVersions, 'API versions'),
    ...resourceProblems(resources, `${at}.resources`),
    ...oneOf(`${at}.scope`, rule.scope, ['*', 'Cluster', 'Namespaced']),
  ];
};

const resourceProblems = (resources: readonly string[], at: string): StatusCause[] => {
  const problems = resources.flatMap((entry, i) => {
    if (entry === '') return [required(`${at}[${i}]`)];
    const [resource, sub] = entry.split('/');
    const earlier = resources.slice(0, i);
    if (sub !== undefined && earlier.includes(`${resource}/*`))
      return [invalid(`${at}[${i}]`, entry, `if '${resource}/*' is present, must not specify ${entry}`)];
    if (sub !== undefined && earlier.includes(`*/${sub}`))
      return [invalid(`${at}[${i}]`, entry, `if '*/${sub}' is present, must not specify ${entry}`)];
    return [];
  });
  if (resources.length > 1 && resources.includes('*/*'))
    problems.push(invalid(at, resources, "if '*/*' is present, must not specify other resources"));
  if (resources.includes('*') && resources.some((entry) => entry !== '*' && !entry.includes('/')))
    problems.push(
      invalid(at, resources, "if '*' is present, must not specify other resources without subresources"),
    );
  return problems;
};

const urlProblems = (text: string, at: string): StatusCause[] => {
  const form = '; desired format: https://host[/path]';
  if (!URL.canParse(text)) return [required(at, `url must be a valid URL${form}`)];
  const url = new URL(text);
  const problems: StatusCause[] = [];
  if (url.protocol !== 'https:')
    problems.push(invalid(at, url.protocol.slice(0, -1), `'https' is the only allowed URL scheme${form}`));
  if (url.host === '') problems.push(invalid(at, '', `host must be provided${form}`));
  if (url.username || url.password)
    problems.push(invalid(at, url.username, 'user information is not permitted in the URL'));
  if (url.hash) problems.push(invalid(at, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search)
    problems.push(invalid(at, url.search.slice(1), 'query parameters are not permitted in the URL'));
  return problems;
};

const clientProblems = (config: WebhookClientConfig, at: string): StatusCause[] => {
  const { url, service, caBundle } = config;
  const problems: StatusCause[] = [];
  if ((url === undefined) === (service === undefined))
    problems.push(required(at, 'exactly one of url or service is required'));
  else if (url !== undefined) problems.push(...urlProblems(url, `${at}.url`));
  else if (service) {
    const { name, namespace, path = '/', port = 443 } = service;
    if (!name) problems.push(required(`${at}.service.name`, 'service name is required'));
    if (!namespace) problems.push(required(`${at}.service.namespace`, 'service namespace is required'));
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      problems.push(
        invalid(`${at}.service.port`, port, 'port is not valid: must be between 1 and 65535, inclusive'),
      );
    if (!path.startsWith('/')) problems.push(invalid(`${at}.service.path`, path, "must start with a '/'"));
  }
  if (caBundle && !Buffer.from(caBundle, 'base64').toString('latin1').includes('-----BEGIN CERTIFICATE-----'))
    problems.push(
      invalid(`${at}.caBundle`, '<contents>', 'unable to load root certificates: no PEM certificate in it'),
    );
  return problems;
};

const reviewVersionProblems = (versions: readonly string[], at: string): StatusCause[] => {
  if (versions.length === 0) return [required(at, 'must specify one of v1, v1beta1')];
  const problems = versions.flatMap((version, i) =>
    versions.indexOf(version) < i ? [invalid(`${at}[${i}]`, version, 'duplicate version')] : [],
  );
  if (!versions.includes('v1') && !versions.includes('v1beta1'))
    problems.push(invalid(at, versions, 'must include at least one of v1, v1beta1'));
  return problems;
};

const nameProblems = (name: string | undefined, at: string): StatusCause[] => {
  if (!name) return [required(at)];
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name))
    return [
      invalid(
        at,
        name,
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      ),
    ];
  return name.split('.').length < 3
    ? [invalid(at, name, 'should be a domain with at least three segments separated by dots')]
    : [];
};

const webhookProblems = (webhook: Webhook, at: string): StatusCause[] => {
  const { sideEffects, timeoutSeconds = 10, matchConditions = [] } = webhook;
  const problems = [
    ...nameProblems(webhook.name, `${at}.name`),
    ...(webhook.rules ?? []).flatMap((rule, i) => ruleProblems(rule, `${at}.rules[${i}]`)),
    ...oneOf(`${at}.failurePolicy`, webhook.failurePolicy, ['Fail', 'Ignore']),
    ...oneOf(`${at}.matchPolicy`, webhook.matchPolicy, ['Equivalent', 'Exact']),
    ...oneOf(`${at}.reinvocationPolicy`, webhook.reinvocationPolicy, ['IfNeeded', 'Never']),
    ...(sideEffects === undefined
      ? [required(`${at}.sideEffects`, 'must specify one of None, NoneOnDryRun')]
      : oneOf(`${at}.sideEffects`, sideEffects, ['None', 'NoneOnDryRun'])),
    ...clientProblems(webhook.clientConfig ?? {}, `${at}.clientConfig`),
    ...matchConditionProblems(matchConditions, `${at}.matchConditions`),
    ...reviewVersionProblems(webhook.admissionReviewVersions ?? [], `${at}.admissionReviewVersions`),
  ];
  if (timeoutSeconds < 1 || timeoutSeconds > 30)
    problems.push(
      invalid(`${at}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'),
    );
  return problems;
};

const problems = (configuration: KubeObject): StatusCause[] => {
  const webhooks = webhooksOf(configuration);
  return webhooks.flatMap((webhook, i) => {
    const at = `webhooks[${i}]`;
    const twice = webhooks.findIndex(({ name }) => name === webhook.name) < i;
    return [
      ...webhookProblems(webhook, at),
      ...(twice && webhook.name ? [duplicate(`${at}.name`, webhook.name)] : []),
    ];
  });
};

const strategy = (mutating: boolean): Strategy => ({
  default(configuration) {
    for (const webhook of webhooksOf(configuration)) defaults(webhook, mutating);
  },
  validate: problems,
});

/**
 * Defaults and validation of webhook configurations
 * (kubernetes/pkg/apis/admissionregistration/{v1,validation}).
 */
export const webhookConfigurationStrategy: Readonly<Record<'mutating' | 'validating', Strategy>> = {
  mutating: strategy(true),
  validating: strategy(false),
};
