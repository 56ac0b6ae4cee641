import type { Cause } from '@armillary/resource';
import { describe, expect, test } from 'vitest';
import { validateReceiverSource } from './receiver-source.ts';
import { both, fields } from './testing/objects.ts';

const receiverSource = (spec: unknown): Cause[] =>
  validateReceiverSource({
    apiVersion: 'notification.armillary.dev/v1alpha1',
    kind: 'ReceiverSource',
    metadata: { name: 'demo' },
    spec,
  });

describe('sources of receivers', () => {
  test('are taken with nothing but an address', () => {
    expect(receiverSource({ url: 'https://who.example.com/base' })).toEqual([]);
    expect(receiverSource({ service: { namespace: 'ops', name: 'who' } })).toEqual([]);
  });

  test.each<[string, unknown, string[]]>([
    ['without address', {}, ['spec']],
    ['with a password in the address', { url: 'https://u:p@who.example.com' }, ['spec.url']],
    [
      'with wrong lengths of time',
      { url: 'https://who.example.com', timeout: '-1s', cache: { ttl: '1', errorTTL: 'soon' } },
      ['spec.cache.ttl', 'spec.cache.errorTTL', 'spec.timeout'],
    ],
    [
      'with wrong credentials',
      {
        url: 'https://who.example.com',
        auth: { bearerToken: {}, hmac: { secret: both, previousSecret: {} } },
      },
      ['spec.auth.bearerToken', 'spec.auth.hmac.secret.valueFrom', 'spec.auth.hmac.previousSecret'],
    ],
    [
      'with a label twice',
      { url: 'https://who.example.com', keyLabels: ['namespace', '', 'namespace'] },
      ['spec.keyLabels[1]', 'spec.keyLabels[2]'],
    ],
  ])('are refused %s', (_, spec, expected) => {
    expect(fields(receiverSource(spec))).toEqual(expected);
  });
});
