import { describe, expect, test } from 'vitest';
import { StatusError } from '../status-error.ts';
import { readObjectMeta } from './go-json.ts';
import { readBuiltin } from './resources.ts';
import { resourceOf } from './testing/admit.ts';

const read = (kind: string, value: Record<string, unknown>, group = ''): ReturnType<typeof readBuiltin> =>
  readBuiltin(resourceOf(kind, group), value);

const refusal = (kind: string, value: Record<string, unknown>, group = ''): string => {
  try {
    read(kind, value, group);
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 400) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('reading an object as its Go type', () => {
  test('what is empty and optional goes, what is required appears', () => {
    const { object } = read('Pod', {
      metadata: { name: 'p', labels: {}, annotations: null, creationTimestamp: null },
      spec: {
        containers: [{ name: 'c', image: '', command: [], resources: {} }],
        hostNetwork: false,
        nodeName: '',
      },
    });
    expect(object).toEqual({
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', resources: {} }] },
      status: {},
    });
  });

  test('a zero behind a pointer stays', () => {
    const { object } = read('Deployment', { spec: { replicas: 0, paused: false } }, 'apps');
    expect(object['spec']).toMatchObject({ replicas: 0, selector: null, strategy: {} });
    expect(object['spec']).not.toHaveProperty('paused');
  });

  test('times, quantities and base64 take their canonical form', () => {
    expect(
      read('Pod', {
        metadata: { deletionTimestamp: '2024-05-01T02:00:00.5+02:00' },
        spec: { containers: [{ name: 'c', resources: { limits: { cpu: 1.5, memory: '1024Mi' } } }] },
      }).object,
    ).toMatchObject({
      metadata: { deletionTimestamp: '2024-05-01T00:00:00Z' },
      spec: { containers: [{ resources: { limits: { cpu: '1500m', memory: '1Gi' } } }] },
    });
    expect(read('Secret', { data: { a: 'eHh4\neHh4' } }).object['data']).toEqual({ a: 'eHh4eHh4' });
  });

  test('unknown fields go and are named by their path', () => {
    const { object, unknown } = read('Pod', {
      foo: 1,
      metadata: { nmae: 'x' },
      spec: {
        containers: [{ name: 'c' }, { name: 'd', ports: [{ containerPort: 1, constructor: 2 }] }],
        toString: 1,
      },
    });
    expect(unknown.sort()).toEqual([
      'foo',
      'metadata.nmae',
      'spec.containers[1].ports[0].constructor',
      'spec.toString',
    ]);
    expect(object).not.toHaveProperty('foo');
  });

  test('keys of maps may be any text', () => {
    const data = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>;
    expect(JSON.stringify(read('ConfigMap', { data }).object['data'])).toBe(
      '{"__proto__":"a","constructor":"b"}',
    );
  });

  test('null stands for nothing, also in lists and maps', () => {
    expect(read('ConfigMap', { data: { a: null } }).object['data']).toEqual({ a: '' });
    expect(read('Pod', { spec: { containers: [null] } }).object['spec']).toEqual({
      containers: [{ name: '', resources: {} }],
    });
  });

  test('the input is not changed', () => {
    const input = Object.freeze({ spec: Object.freeze({ containers: Object.freeze([]), foo: 1 }) });
    expect(() => read('Pod', input)).not.toThrow();
  });

  test('a schema or something simpler in a definition', () => {
    const schema = {
      type: 'object',
      additionalProperties: true,
      properties: {
        a: { type: 'array', items: { type: 'string', default: '', bogus: 1 } },
        b: { enum: [1, 'x', null] },
      },
    };
    const { object, unknown } = read(
      'CustomResourceDefinition',
      { spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema: schema } }] } },
      'apiextensions.k8s.io',
    );
    expect(object).toMatchObject({
      spec: {
        versions: [
          {
            served: false,
            schema: {
              openAPIV3Schema: {
                additionalProperties: true,
                properties: { a: { items: { type: 'string', default: '' } }, b: { enum: [1, 'x', null] } },
              },
            },
          },
        ],
      },
    });
    expect(unknown).toEqual(['spec.versions[0].schema.openAPIV3Schema.properties.a.items.bogus']);
  });
});

describe('values of the wrong type', () => {
  test.each([
    [
      'a text for a number',
      'Deployment',
      { spec: { replicas: '3' } },
      'cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
      'apps',
    ],
    [
      'a fraction for a whole number',
      'Deployment',
      { spec: { replicas: 1.5 } },
      'cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
      'apps',
    ],
    ['too big a number', 'Deployment', { spec: { replicas: 2 ** 31 } }, 'of type int32', 'apps'],
    [
      'an object for a list',
      'Pod',
      { spec: { containers: {} } },
      'cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
      '',
    ],
    [
      'a number for a text',
      'ConfigMap',
      { data: { a: 1 } },
      'cannot unmarshal number into Go struct field ConfigMap.data of type string',
      '',
    ],
    [
      'a list for metadata',
      'ConfigMap',
      { metadata: [] },
      'cannot unmarshal array into Go struct field ConfigMap.metadata of type v1.ObjectMeta',
      '',
    ],
    ['text that is not base64', 'Secret', { data: { a: '!!' } }, 'illegal base64 data at input byte 0', ''],
    [
      'text that is no time',
      'ConfigMap',
      { metadata: { creationTimestamp: 'now' } },
      'parsing time "now"',
      '',
    ],
    [
      'text that is no quantity',
      'ResourceQuota',
      { spec: { hard: { cpu: 'much' } } },
      'quantities must match',
      '',
    ],
    [
      'a bool for a port',
      'Service',
      { spec: { ports: [{ port: 80, targetPort: true }] } },
      'cannot unmarshal bool',
      '',
    ],
  ])('%s', (_what, kind, value, message, group) => {
    expect(refusal(kind, value, group)).toContain(message);
    expect(refusal(kind, value, group)).toMatch(
      new RegExp(`^${kind} in version "v1" cannot be handled as a ${kind}: `),
    );
  });

  test('micro times need all six digits, as Go reads them', () => {
    const lease = (renewTime: string): Record<string, unknown> => ({ spec: { renewTime } });
    expect(refusal('Lease', lease('2024-01-01T00:00:00.123Z'), 'coordination.k8s.io')).toContain('".000000"');
    expect(refusal('Lease', lease('2024-01-01T00:00:00.123456Z'), 'coordination.k8s.io')).toBe('accepted');
  });

  test('nesting without end', () => {
    let schema: Record<string, unknown> = {};
    for (let i = 0; i < 5000; i++) schema = { not: schema };
    const value = { spec: { versions: [{ schema: { openAPIV3Schema: schema } }] } };
    expect(refusal('CustomResourceDefinition', value, 'apiextensions.k8s.io')).toContain('max depth');
  });

  test('metadata of custom resources is checked in the same way', () => {
    expect(() => readObjectMeta('v1', 'Widget', { labels: { a: 1 } })).toThrow(
      'Widget in version "v1" cannot be handled as a Widget: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    );
    expect(readObjectMeta('v1', 'Widget', { name: 'w', nmae: 'x' })).toEqual({
      object: { name: 'w' },
      unknown: ['metadata.nmae'],
    });
  });
});
