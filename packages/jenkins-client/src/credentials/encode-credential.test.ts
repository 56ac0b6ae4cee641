import { describe, expect, test } from 'vitest';
import { encodeCredential } from './encode-credential.ts';
import { readCredential } from './read-credential.ts';

test('a certificate is uploaded as a file, or given as two texts', () => {
  const type = 'com.cloudbees.plugins.credentials.impl.CertificateCredentialsImpl';
  const content = new Uint8Array([1, 2]);
  const spec = { kind: 'certificate', id: 'c', password: 'p' } as const;
  expect(encodeCredential({ ...spec, source: { pkcs12: content } })).toEqual({
    class: type,
    fields: {
      scope: 'GLOBAL',
      id: 'c',
      description: '',
      password: 'p',
      keyStoreSource: { 'stapler-class': `${type}$UploadedKeyStoreSource`, uploadedCertFile: 'file0' },
    },
    file: { part: 'file0', name: 'c.p12', content },
  });
  expect(encodeCredential({ ...spec, source: { chain: 'C', privateKey: 'K' } })).toMatchObject({
    fields: {
      keyStoreSource: { 'stapler-class': `${type}$PEMEntryKeyStoreSource`, certChain: 'C', privateKey: 'K' },
    },
  });
});

test('a credential of another plugin keeps its fields, and its id is ours', () => {
  const fields = { kubeconfigSource: { content: 'apiVersion: v1' }, id: 'theirs' };
  expect(encodeCredential({ kind: 'custom', id: 'k', class: 'a.B', scope: 'SYSTEM', fields })).toEqual({
    class: 'a.B',
    fields: { scope: 'SYSTEM', id: 'k', description: '', kubeconfigSource: { content: 'apiVersion: v1' } },
  });
});

test('a key ends with a line break, without which OpenSSH does not read it', () => {
  const encoded = encodeCredential({
    kind: 'sshKey',
    id: 's',
    username: 'git',
    privateKey: 'KEY',
    usernameSecret: true,
  });
  expect(encoded.fields).toMatchObject({ privateKeySource: { privateKey: 'KEY\n' }, usernameSecret: true });
});

describe('the user name', () => {
  test.each([
    ['Username with password', 'a/b/****** (x)', 'x', 'a/b'],
    ['Username with password', 'ana/******', '', 'ana'],
    ['Username with password', 'x', 'x', undefined],
    ['SSH Username with private key', 'git (x)', 'x', 'git'],
    ['SSH Username with private key', 'git', '', undefined],
    ['Secret text', 'ana/******', 'ana/******', undefined],
    ['Nom d’utilisateur', 'ana/******', '', undefined],
  ])(
    'of a %s shown as "%s" with the description "%s" is %s',
    (typeName, displayName, description, username) => {
      expect(readCredential({ id: 'a', typeName, displayName, description }).username).toBe(username);
    },
  );
});

test.each([{}, { id: 'a' }, { id: 1, typeName: 'Secret text' }])('%j is no credential', (wire) => {
  expect(() => readCredential(wire)).toThrow(expect.objectContaining({ code: 'UnexpectedBody' }));
});

test('a file has a name', () => {
  const spec = { kind: 'file', id: 'f', fileName: '', content: '' } as const;
  expect(() => encodeCredential(spec)).toThrow(expect.objectContaining({ code: 'Invalid' }));
});
