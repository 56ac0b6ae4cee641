import { expect, test } from 'vitest';
import { credentialIdentity } from './credential-identity.ts';

const inSecret = (name: string, key: string, namespace?: string) => ({
  valueFrom: { secretKeyRef: { name, key, ...(namespace === undefined ? {} : { namespace }) } },
});

test('a credential in a Secret is known by the Secret and its key', () => {
  expect(credentialIdentity(inSecret('bot', 'url', 'ops'))).toBe('secret:ops/bot/url');
  expect(credentialIdentity(inSecret('bot', 'url'))).toBe('secret:/bot/url');
});

test('equal texts have one identity, which does not tell them', () => {
  const identity = credentialIdentity({ value: 'https://example.com/secret-token' });
  expect(identity).toBe(credentialIdentity({ value: 'https://example.com/secret-token' }));
  expect(identity).not.toBe(credentialIdentity({ value: 'https://example.com/another' }));
  expect(identity).not.toContain('secret-token');
});
