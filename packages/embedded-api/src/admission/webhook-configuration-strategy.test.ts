import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import { webhookConfigurationStrategy } from './webhook-configuration-strategy.ts';

const webhook = {
  name: 'a.example.com',
  clientConfig: { url: 'https://127.0.0.1:8443/x' },
  rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const configuration = (...webhooks: unknown[]): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'c' },
  webhooks,
});
const rule = (more: Record<string, unknown>) => ({ ...webhook, rules: [{ ...webhook.rules[0], ...more }] });
const conditions = (...matchConditions: unknown[]) => ({ ...webhook, matchConditions });
const problems = (...webhooks: unknown[]): string[] =>
  (webhookConfigurationStrategy.validating.validate?.(configuration(...webhooks)) ?? []).map(
    ({ field, message }) => `${field}: ${message}`,
  );

test('fills the defaults of the real server', () => {
  const object = configuration(structuredClone(webhook));
  webhookConfigurationStrategy.mutating.default?.(object);
  expect((object['webhooks'] as unknown[])[0]).toMatchObject({
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
    reinvocationPolicy: 'Never',
    rules: [{ scope: '*' }],
  });
});

describe('validation', () => {
  test('accepts what is right, and no webhooks at all', () => {
    expect(problems(webhook)).toEqual([]);
    expect(problems()).toEqual([]);
    expect(problems(conditions({ name: 'x', expression: 'object.metadata.name != "y"' }))).toEqual([]);
    expect(problems({ ...webhook, clientConfig: { service: { name: 's', namespace: 'n' } } })).toEqual([]);
  });

  test.each<[unknown, string]>([
    [{}, 'webhooks[0].name: Required value'],
    [{ ...webhook, name: 'a.b' }, 'at least three segments'],
    [{ ...webhook, name: 'A.b.c' }, 'lowercase RFC 1123'],
    [
      { ...webhook, sideEffects: undefined },
      'sideEffects: Required value: must specify one of None, NoneOnDryRun',
    ],
    [
      { ...webhook, sideEffects: 'Some' },
      'Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
    ],
    [{ ...webhook, admissionReviewVersions: [] }, 'must specify one of v1, v1beta1'],
    [{ ...webhook, admissionReviewVersions: ['v3'] }, 'must include at least one of v1, v1beta1'],
    [
      { ...webhook, admissionReviewVersions: ['v1', 'v1'] },
      'admissionReviewVersions[1]: Invalid value: "v1": duplicate',
    ],
    [{ ...webhook, timeoutSeconds: 31 }, 'the timeout value must be between 1 and 30 seconds'],
    [{ ...webhook, failurePolicy: 'Maybe' }, 'failurePolicy: Unsupported value'],
    [
      { ...webhook, clientConfig: {} },
      'clientConfig: Required value: exactly one of url or service is required',
    ],
    [{ ...webhook, clientConfig: { url: 'http://x/' } }, "'https' is the only allowed URL scheme"],
    [{ ...webhook, clientConfig: { url: 'https://u:p@x/' } }, 'user information is not permitted'],
    [{ ...webhook, clientConfig: { url: 'https://x/?q=1' } }, 'query parameters are not permitted'],
    [{ ...webhook, clientConfig: { url: 'nonsense' } }, 'url must be a valid URL'],
    [{ ...webhook, clientConfig: { service: { name: 's' } } }, 'service namespace is required'],
    [{ ...webhook, clientConfig: { service: { name: 's', namespace: 'n', port: 0 } } }, 'port is not valid'],
    [
      { ...webhook, clientConfig: { service: { name: 's', namespace: 'n', path: 'x' } } },
      "must start with a '/'",
    ],
    [
      { ...webhook, clientConfig: { ...webhook.clientConfig, caBundle: 'AAAA' } },
      'unable to load root certificates',
    ],
    [rule({ operations: [] }), 'rules[0].operations: Required value'],
    [rule({ operations: ['*', 'CREATE'] }), "if '*' is present, must not specify other operations"],
    [rule({ operations: ['GET'] }), 'operations[0]: Unsupported value: "GET"'],
    [rule({ apiGroups: ['*', 'apps'] }), 'must not specify other API groups'],
    [rule({ resources: ['*', 'pods'] }), 'must not specify other resources without subresources'],
    [rule({ resources: ['*/*', 'pods'] }), "if '*/*' is present"],
    [rule({ resources: ['pods/*', 'pods/log'] }), "if 'pods/*' is present, must not specify pods/log"],
    [rule({ scope: 'Galaxy' }), 'scope: Unsupported value: "Galaxy"'],
    [
      conditions({ name: 'x', expression: 'object.' }),
      'matchConditions[0].expression: Invalid value: "object.": compilation failed',
    ],
    [conditions({ name: 'x', expression: '1 + 1' }), 'must evaluate to bool'],
    [conditions({ name: 'x', expression: 'authorizer.x' }), 'matchConditions[0].expression: Invalid value'],
    [conditions({ expression: 'true' }), 'matchConditions[0].name: Required value'],
    [conditions({ name: 'x' }), 'matchConditions[0].expression: Required value'],
    [
      conditions({ name: 'x', expression: 'true' }, { name: 'x', expression: 'false' }),
      'matchConditions[1].name: Duplicate value: "x"',
    ],
    [
      conditions(...Array.from({ length: 65 }, (_, i) => ({ name: `c${i}`, expression: 'true' }))),
      'must have at most 64 items',
    ],
  ])('%j', (bad, message) => {
    expect(problems(bad).join('\n')).toContain(message);
  });

  test('names are unique', () => {
    expect(problems(webhook, webhook)).toEqual(['webhooks[1].name: Duplicate value: "a.example.com"']);
  });
});
