import type { Secret } from '@armillary/kube';
import { expect, test } from 'vitest';
import { credentialOf, type KubeconfigForm } from './credential-of.ts';

function secret(type: string, values: Record<string, string | Uint8Array>): Secret {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'c', namespace: 'shop', annotations: { 'kubesphere.io/description': 'about' } },
    type: `credential.devops.kubesphere.io/${type}`,
    data: Object.fromEntries(data) as Record<string, string>,
  };
}

test.each<[string, Record<string, string>, KubeconfigForm, object]>([
  [
    'basic-auth',
    { username: 'ada', password: 'pässword\n' },
    'secret-text',
    { kind: 'usernamePassword', username: 'ada', password: 'pässword\n' },
  ],
  [
    'ssh-auth',
    { username: 'git', private_key: 'KEY\n', passphrase: 'p' },
    'secret-text',
    { kind: 'sshKey', username: 'git', privateKey: 'KEY\n', passphrase: 'p' },
  ],
  [
    'ssh-auth',
    { username: 'git', private_key: 'KEY\n' },
    'secret-text',
    { kind: 'sshKey', username: 'git', privateKey: 'KEY\n' },
  ],
  ['secret-text', { secret: 's' }, 'secret-text', { kind: 'secretText', secret: 's' }],
  ['kubeconfig', { content: 'k' }, 'secret-text', { kind: 'secretText', secret: 'k' }],
  [
    'kubeconfig',
    { content: 'k' },
    'plugin',
    { kind: 'custom', fields: { kubeconfigSource: { content: 'k' } } },
  ],
])('%s %j as %s', (type, values, form, expected) => {
  expect(credentialOf(secret(type, values), form)).toMatchObject({
    id: 'c',
    description: 'about',
    ...expected,
  });
});

test.each<[string, Record<string, string | Uint8Array>, RegExp]>([
  ['basic-auth', { username: 'ada' }, /has no password; what Jenkins has is left/],
  ['secret-text', { secret: '' }, /has no secret/],
  ['secret-text', { secret: Uint8Array.of(0xff) }, /secret is no text/],
  ['token', { secret: 's' }, /is unknown: use basic-auth/],
])('%s %j is refused', (type, values, message) => {
  expect(() => credentialOf(secret(type, values), 'secret-text')).toThrow(message);
});
