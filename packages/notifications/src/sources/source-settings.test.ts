import { describe, expect, test } from 'vitest';
import type { ReceiverSourceSpec } from '../kinds/receiver-source.ts';
import { sourceObject } from './testing/source-world.ts';
import { addressPolicyOf, settingsOf, sidecarSettings } from './source-settings.ts';

const settings = (spec: ReceiverSourceSpec) => settingsOf(sourceObject(spec));

test('everything but the address has a default', () => {
  expect(settings({ url: 'https://people.example.com' })).toEqual({
    name: 'hr',
    contract: 'receivers',
    endpoint: 'https://people.example.com/api/v2/receivers',
    keyLabels: ['cluster', 'namespace'],
    auth: {},
    batch: false,
    timeoutMs: 2_000,
    cache: {
      ttlMs: 60_000,
      staleWhileRevalidateMs: 600_000,
      staleIfErrorMs: 86_400_000,
      negativeTtlMs: 30_000,
      errorTtlMs: 5_000,
      maxEntries: 10_000,
      maxBytes: 67_108_864,
    },
    mergePolicy: 'Append',
    onError: 'Fallback',
    trust: { secretNamespaces: [], addressPolicy: {} },
  });
});

test('what is said counts', () => {
  const { timeoutMs, cache } = settings({
    url: 'http://a',
    timeout: '1.5s',
    cache: {
      ttl: '1m30s',
      staleWhileRevalidate: '0s',
      staleIfError: '1h',
      negativeTTL: '5s',
      errorTTL: '1s',
    },
  });
  expect(timeoutMs).toBe(1_500);
  expect(cache).toMatchObject({
    ttlMs: 90_000,
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 3_600_000,
    negativeTtlMs: 5_000,
    errorTtlMs: 1_000,
  });
});

test('a request may not take longer than routing may wait', () => {
  expect(settings({ url: 'http://a', timeout: '1h' }).timeoutMs).toBe(30_000);
});

test.each<[ReceiverSourceSpec, string]>([
  [{ url: 'http://a/' }, 'http://a/api/v2/receivers'],
  [{ url: 'http://a:80' }, 'http://a/api/v2/receivers'],
  [{ url: 'http://a/who' }, 'http://a/who'],
  [{ url: 'http://a/base/' }, 'http://a/base/'],
  [{ service: { name: 'people', namespace: 'hr' } }, 'http://people.hr.svc/api/v2/receivers'],
  [
    { service: { name: 'people', namespace: 'hr', port: 8443, scheme: 'https', path: '/base' } },
    'https://people.hr.svc:8443/base',
  ],
])('%j is asked at %s', (spec, endpoint) => {
  expect(settings(spec).endpoint).toBe(endpoint);
});

describe('sidecars', () => {
  test('are where upstream puts them', () => {
    const endpoint = (key: 'receiver' | 'tenant') =>
      sidecarSettings({ key, url: 'http://localhost:19094' }).endpoint;
    expect(endpoint('tenant')).toBe('http://localhost:19094/api/v2/tenant');
    expect(endpoint('receiver')).toBe('http://localhost:19094/api/v2/receivers');
  });
});

test.each<[ReceiverSourceSpec, string]>([
  [{}, 'exactly one of url and service'],
  [{ url: 'people.example.com' }, 'spec.url'],
  [{ url: 'file:///etc/passwd' }, 'spec.url'],
  [{ url: 'http://a/?token=secret' }, 'spec.url'],
  [{ url: 'http://user:secret@a/' }, 'spec.url'],
  [{ url: 'http://a', cache: { ttl: '1 minute' } }, 'spec.cache.ttl'],
  [{ url: 'http://a', cache: { errorTTL: '-1s' } }, 'spec.cache.errorTTL'],
  [{ url: 'http://a', cache: { maxEntries: 1e9 } }, 'spec.cache.maxEntries'],
  [{ url: 'http://a', keyLabels: ['a', 'a'] }, 'spec.keyLabels[1]'],
  [{ url: 'http://a', auth: { bearerToken: {} } }, 'spec.auth.bearerToken'],
  [{ url: 'http://a', addressPolicy: { allow: ['10.0.0.0/99'] } }, '10.0.0.0/99'],
])('%j is refused', (spec, text) => {
  expect(() => settings(spec)).toThrow(
    expect.objectContaining({ code: 'Invalid', message: expect.stringContaining(text) }),
  );
  expect(() => settings(spec)).not.toThrow(/secret/u);
});

test('the address policy is that of the source', () => {
  const policy = addressPolicyOf({ addressPolicy: { allowLoopback: true, deny: ['10.0.0.0/8'] } });
  expect(policy.allows('127.0.0.1')).toBe(true);
  expect(policy.allows('10.1.2.3')).toBe(false);
  expect(addressPolicyOf({ addressPolicy: {} }).allows('127.0.0.1')).toBe(false);
});
