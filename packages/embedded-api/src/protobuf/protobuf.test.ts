import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { StatusError } from '../status-error.ts';
import { decodeProtobuf } from './protobuf.ts';

interface Recording {
  name: string;
  command: string[];
  body: string;
  printed?: Record<string, unknown>;
}

const recordings = JSON.parse(
  readFileSync(new URL('../../fixtures/protobuf/kubectl.json', import.meta.url), 'utf8'),
) as Recording[];

const bytesOf = (name: string): Buffer => {
  const found = recordings.find((r) => r.name === name);
  if (!found) throw new Error(`no recording ${name}`);
  return Buffer.from(found.body, 'base64');
};

/** Without what a printer and a decoder may show differently: nothing, as null, `{}` or not at all. */
const withoutNothing = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value)
    .map(([key, inner]) => [key, withoutNothing(inner)] as const)
    .filter(([, inner]) => inner !== null && !(typeof inner === 'object' && Object.keys(inner).length === 0));
  return Object.fromEntries(kept);
};

describe('what kubectl sends', () => {
  test.each(recordings.filter((r) => r.printed))('kubectl $command', ({ body, printed }) => {
    expect(withoutNothing(decodeProtobuf(Buffer.from(body, 'base64')))).toEqual(withoutNothing(printed));
  });

  test('a zero behind a pointer is kept, a zero that is only the default is not', () => {
    const deployment = decodeProtobuf(bytesOf('deployment'));
    expect(deployment).toMatchObject({ spec: { replicas: 0 } });
    expect(deployment['spec']).not.toHaveProperty('paused');
    expect(deployment['spec']).not.toHaveProperty('minReadySeconds');
    expect(deployment['spec']).toHaveProperty('strategy', {});
  });

  test('reviews and tokens, which kubectl cannot print', () => {
    expect(decodeProtobuf(bytesOf('can-i'))).toMatchObject({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: 'demo', verb: 'get', resource: 'pods', subresource: 'log' } },
    });
    expect(decodeProtobuf(bytesOf('can-i-list'))).toMatchObject({
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: 'demo' },
    });
    expect(decodeProtobuf(bytesOf('whoami'))).toMatchObject({ kind: 'SelfSubjectReview' });
    expect(decodeProtobuf(bytesOf('token'))).toMatchObject({
      kind: 'TokenRequest',
      spec: { audiences: ['a'], expirationSeconds: 600, boundObjectRef: { kind: 'Secret', name: 's' } },
    });
  });
});

const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 0x7f) | 0x80, ...varint(n >> 7)]);

/** A protobuf field with a length. */
const field = (number: number, ...content: (string | number[] | Uint8Array)[]): Buffer => {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
};
const envelope = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), field(1, field(1, apiVersion), field(2, kind)), field(2, raw)]);

describe('particular forms', () => {
  test('times, micro times, nested schemas, durations and embedded objects', () => {
    const time = [0x08, 0x80, 0xa4, 0xb8, 0xaa, 0x06];
    const lease = envelope(
      'coordination.k8s.io/v1',
      'Lease',
      Buffer.concat([
        field(1, field(1, 'l'), field(8, time)),
        field(2, field(1, 'me'), field(4, time, [0x10, 0xe8, 0x07])),
      ]),
    );
    expect(decodeProtobuf(lease)).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', creationTimestamp: '2023-11-10T11:20:32Z' },
      spec: { holderIdentity: 'me', renewTime: '2023-11-10T11:20:32.000001Z' },
    });
  });

  test('DeleteOptions of any group, also of custom ones', () => {
    const options = envelope(
      'apps/v1',
      'DeleteOptions',
      Buffer.concat([Buffer.from([8, 0]), field(4, 'Foreground')]),
    );
    expect(decodeProtobuf(options)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      propagationPolicy: 'Foreground',
    });
  });

  test('names that JavaScript objects already have are plain keys', () => {
    const entry = field(2, field(1, '__proto__'), field(2, 'x'));
    const decoded = decodeProtobuf(envelope('v1', 'ConfigMap', entry));
    expect(JSON.stringify(decoded['data'])).toBe('{"__proto__":"x"}');
  });

  test('fields of a newer release are skipped', () => {
    const raw = Buffer.concat([field(1, field(1, 'c')), field(99, 'future')]);
    expect(decodeProtobuf(envelope('v1', 'ConfigMap', raw))).toMatchObject({ metadata: { name: 'c' } });
  });
});

describe('hostile input', () => {
  const refused = (bytes: Uint8Array): unknown => {
    try {
      decodeProtobuf(bytes);
    } catch (error) {
      if (error instanceof StatusError) return error.status.code;
      throw error;
    }
    return 200;
  };

  test('every truncation of a real request is refused or understood, never a crash', () => {
    const whole = bytesOf('deployment');
    for (let length = 0; length < whole.length; length++)
      expect([200, 400]).toContain(refused(whole.subarray(0, length)));
  });

  test('every changed byte of a real request is refused or understood, never a crash', () => {
    for (const name of ['deployment', 'ingress', 'quota'])
      for (let at = 0; at < bytesOf(name).length; at++)
        for (const bits of [0x01, 0x07, 0x80, 0xff]) {
          const bytes = Buffer.from(bytesOf(name));
          bytes[at] = (bytes[at] ?? 0) ^ bits;
          expect([200, 400]).toContain(refused(bytes));
        }
  });

  test('no prefix, unknown kinds, custom resources, bad text, endless numbers', () => {
    expect(refused(Buffer.from('{"kind":"Pod"}'))).toBe(400);
    expect(refused(envelope('v1', 'Nothing', Buffer.alloc(0)))).toBe(400);
    expect(refused(envelope('example.com/v1', 'Widget', Buffer.alloc(0)))).toBe(400);
    expect(refused(envelope('v1', 'ConfigMap', field(1, field(1, [0xff, 0xfe]))))).toBe(400);
    expect(refused(envelope('v1', 'ConfigMap', Buffer.alloc(20, 0xff)))).toBe(400);
    expect(refused(envelope('v1', 'ConfigMap', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])))).toBe(400);
    expect(refused(envelope('v1', 'ConfigMap', Buffer.from([0x0b])))).toBe(400);
  });

  test('schemas nested without end', () => {
    let schema: Buffer = Buffer.alloc(0);
    // Field 28 of JSONSchemaProps is `not`.
    for (let i = 0; i < 5000; i++) schema = field(28, schema);
    const crd = field(2, field(7, field(4, field(1, schema))));
    expect(refused(envelope('apiextensions.k8s.io/v1', 'CustomResourceDefinition', crd))).toBe(400);
  });
});
