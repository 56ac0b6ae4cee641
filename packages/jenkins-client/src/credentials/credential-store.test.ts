import { describe, expect, test } from 'vitest';
import { answering, collect, recordedRequest } from '../testing/recorded-exchange.ts';
import type { CredentialsOwner } from './credentials.ts';
import type { CredentialSpec } from './credential.ts';

const missing = '05-cred-17-global-get-missing';
const credential = (fields: Record<string, unknown>) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ displayName: '', fullName: 'system/_/x', fingerprint: null, ...fields }),
});

const up1 = {
  kind: 'usernamePassword',
  id: 'up1',
  username: 'ana',
  password: 's3cret',
  description: 'user+pass',
} as const;
const stores: [string, CredentialsOwner, number][] = [
  ['global', 'system', 0],
  ['folder', ['team'], 27],
];
/** The name of a recording; those of the folder's store come 27 later. */
const named = (store: string, offset: number, number: number, rest: string) =>
  `05-cred-${String(number + offset).padStart(2, '0')}-${store}-${rest}`;

describe.each(stores)('the %s store', (store, owner, offset) => {
  const name = (number: number, rest: string) => named(store, offset, number, rest);

  test('lists nothing', async () => {
    const { jenkins, sent } = answering(name(1, 'list-empty'));
    expect(await collect(jenkins.credentials.in(owner).list())).toEqual([]);
    const recorded = await recordedRequest(name(1, 'list-empty'));
    // Not the fingerprint, for which Jenkins looks into a file each; and in pages.
    const tree = `${recorded.query['tree']?.replace('fingerprint,', '')}{0,200}`;
    expect(sent).toEqual([{ ...recorded, query: { tree } }]);
  });

  test('lists kinds and user names', async () => {
    const { jenkins } = answering(name(8, 'list'));
    const found = await collect(jenkins.credentials.in(owner).list());
    expect(found.map(({ id, kind, username }) => [id, kind, username])).toEqual([
      ['up1', 'usernamePassword', 'ana'],
      ['tok1', 'secretText', undefined],
      ['ssh1', 'sshKey', 'git'],
      ['file1', 'file', undefined],
      ['up-xml', 'usernamePassword', undefined],
    ]);
    expect(found[0]?.fullName).toMatch(/^(?:system|team\/folder)\/_\/up1$/u);
  });

  test('reads the same with more depth', async () => {
    const { jenkins } = answering(
      name(8, 'list'),
      name(9, 'list-depth'),
      name(10, 'get'),
      name(11, 'get-depth2'),
    );
    const visible = jenkins.credentials.in(owner);
    expect(await collect(visible.list())).toEqual(await collect(visible.list()));
    expect(await visible.get('up1')).toEqual(await visible.get('up1'));
  });

  test('creates a user name with a password after looking, and reads it back', async () => {
    const { jenkins, sent } = answering(missing, name(2, 'create-userpass'), name(10, 'get'));
    expect(await jenkins.credentials.in(owner).create(up1)).toMatchObject({
      id: 'up1',
      kind: 'usernamePassword',
      username: 'ana',
      description: 'user+pass',
    });
    expect(sent[1]).toEqual(await recordedRequest(name(2, 'create-userpass')));
    expect(sent[2]).toEqual(await recordedRequest(name(10, 'get')));
  });

  test.each<[number, string, CredentialSpec, string]>([
    [
      4,
      'create-secret-text',
      { kind: 'secretText', id: 'tok1', secret: 'tttt', description: 'text' },
      'Secret text',
    ],
    [
      5,
      'create-ssh',
      {
        kind: 'sshKey',
        id: 'ssh1',
        username: 'git',
        passphrase: 'pp',
        privateKey:
          '-----BEGIN OPENSSH PRIVATE KEY-----\nnot-a-real-key\n-----END OPENSSH PRIVATE KEY-----\n',
        description: 'ssh',
      },
      'SSH Username with private key',
    ],
    [
      6,
      'create-file',
      { kind: 'file', id: 'file1', fileName: 'k.yaml', content: 'apiVersion: v1\n', description: 'file' },
      'Secret file',
    ],
  ])('sends what was recorded (%i %s)', async (number, route, spec, typeName) => {
    const stored = credential({ id: spec.id, typeName, description: spec.description });
    const { jenkins, sent } = answering(missing, name(number, route), stored);
    await jenkins.credentials.in(owner).create(spec);
    const { form, ...recorded } = await recordedRequest(name(number, route));
    const json = form?.['json'] as { credentials: Record<string, unknown> };
    // One recording names the class twice, which others show to be needless.
    const { 'stapler-class': _, ...credentials } = json.credentials;
    expect(sent[1]).toEqual({ ...recorded, form: { ...form, json: { ...json, credentials } } });
  });

  test('tells a taken id before sending', async () => {
    const { jenkins, sent } = answering(name(10, 'get'));
    await expect(jenkins.credentials.in(owner).create(up1)).rejects.toMatchObject({ code: 'Conflict' });
    expect(sent).toHaveLength(1);
  });

  test('tells a taken id that shows only afterwards, since the answer is that of a success', async () => {
    const second = { ...up1, username: 'other', password: 'zzz', description: 'dup' };
    const { jenkins, sent } = answering(missing, name(3, 'create-dup'), name(10, 'get'));
    await expect(jenkins.credentials.in(owner).create(second)).rejects.toMatchObject({ code: 'Conflict' });
    expect(sent[1]).toEqual(await recordedRequest(name(3, 'create-dup')));
  });

  test('chooses an id of its own, because Jenkins does not tell the one that it chooses', async () => {
    const { jenkins, sent } = answering(missing, name(19, 'create-noid'), missing);
    const { id: _, ...spec } = up1;
    await expect(jenkins.credentials.in(owner).create(spec)).rejects.toMatchObject({
      code: 'NotFoundOrHidden',
    });
    const id36: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/u);
    expect(sent[1]?.form?.['json']).toMatchObject({ credentials: { id: id36 } });
  });

  test('replaces a credential without the wrapper of a creation', async () => {
    const { jenkins, sent } = answering(name(13, 'update-json'), name(14, 'get-after-update'));
    const changed = { ...up1, username: 'ana2', password: 'new', description: 'updated' };
    expect(await jenkins.credentials.in(owner).update(changed)).toMatchObject({ username: 'ana2' });
    expect(sent[0]).toEqual(await recordedRequest(name(13, 'update-json')));
    expect(sent[1]).toEqual(await recordedRequest(name(14, 'get-after-update')));
  });

  test('tells that there is nothing to replace', async () => {
    const { jenkins, sent } = answering(name(15, 'update-missing'));
    const ghost = { kind: 'usernamePassword', id: 'ghost', username: 'a', password: 'b' } as const;
    await expect(jenkins.credentials.in(owner).update(ghost)).rejects.toMatchObject({
      code: 'NotFoundOrHidden',
    });
    expect(sent).toEqual([await recordedRequest(name(15, 'update-missing'))]);
  });

  test('reads what is missing as missing', async () => {
    const { jenkins, sent } = answering(name(17, 'get-missing'));
    await expect(jenkins.credentials.in(owner).get('ghost')).rejects.toMatchObject({
      code: 'NotFoundOrHidden',
    });
    expect(sent).toEqual([await recordedRequest(name(17, 'get-missing'))]);
  });

  test('passes on that Jenkins does not know a class', async () => {
    const { jenkins } = answering(missing, name(18, 'create-badclass'));
    const spec = { kind: 'custom', id: 'x', class: 'no.such.Cred', fields: {} } as const;
    await expect(jenkins.credentials.in(owner).create(spec)).rejects.toMatchObject({ code: 'ServerFault' });
  });

  test('hides the store from those without the right', async () => {
    const { jenkins } = answering(missing, name(20, 'create-forbidden'), name(21, 'list-forbidden'));
    const visible = jenkins.credentials.in(owner);
    await expect(visible.create(up1)).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
    await expect(collect(visible.list())).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });

  test('deletes, and tells what was deleted before', async () => {
    const { jenkins, sent } = answering(name(22, 'delete-post'), name(24, 'delete-again'));
    await jenkins.credentials.in(owner).delete('tok1');
    await expect(jenkins.credentials.in(owner).delete('tok1')).rejects.toMatchObject({
      code: 'NotFoundOrHidden',
    });
    expect(sent[0]).toEqual(await recordedRequest(name(22, 'delete-post')));
  });

  test('knows its domains', async () => {
    const { jenkins, sent } = answering(
      name(25, 'domains'),
      name(26, 'domain-create'),
      name(27, 'domain-delete'),
    );
    const { domains } = jenkins.credentials.in(owner);
    expect(await domains.list()).toMatchObject([{ name: '_' }]);
    await domains.create({
      name: 'gitea',
      description: 'd',
      specifications: [{ kind: 'hostname', includes: ['git.example'] }],
    });
    await domains.delete('gitea');
    expect(sent).toEqual([
      await recordedRequest(name(25, 'domains')),
      await recordedRequest(name(26, 'domain-create')),
      await recordedRequest(name(27, 'domain-delete')),
    ]);
  });
});

test('a multibranch pipeline has a store like a folder', async () => {
  const { jenkins, sent } = answering('05-cred-58-mb-level-store');
  expect(await collect(jenkins.credentials.in({ path: ['team', 'mb'] }).list())).toEqual([]);
  expect(sent[0]?.path).toBe((await recordedRequest('05-cred-58-mb-level-store')).path);
});

test('a domain whose name is taken is a conflict, though Jenkins redirects as ever', async () => {
  const { jenkins } = answering({ status: 302, headers: { location: '/credentials/store/system/./' } });
  const creation = jenkins.credentials.in('system').domains.create({ name: 'gitea' });
  await expect(creation).rejects.toMatchObject({ code: 'Conflict' });
});

test('a domain is found again however its name is encoded', async () => {
  const { jenkins } = answering({
    status: 302,
    headers: { location: '/credentials/store/system/./domain/a%28b%29' },
  });
  await jenkins.credentials.in('system').domains.create({ name: 'a(b)' });
});

test('long stores are read in pages', async () => {
  const page = (length: number, from: number) => ({
    status: 200,
    body: JSON.stringify({
      credentials: Array.from({ length }, (_, index) => ({
        id: `c${from + index}`,
        typeName: 'Secret text',
      })),
    }),
  });
  const { jenkins, sent } = answering(page(200, 0), page(3, 200));
  const found = await collect(jenkins.credentials.in('system').list());
  expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 203 }, (_, index) => `c${index}`));
  expect(sent.map(({ query }) => query['tree']?.split('{')[1])).toEqual(['0,200}', '200,400}']);
});

test('an answer that holds no credentials is not taken for an empty store', async () => {
  const { jenkins } = answering({ status: 200, body: '{}' });
  const listing = collect(jenkins.credentials.in('system').list());
  await expect(listing).rejects.toMatchObject({ code: 'UnexpectedBody' });
});

test.each(['', '.', '..', 'a/b', 'a b', 'ä'])('"%s" is no id', async (id) => {
  const { jenkins, sent } = answering();
  const store = jenkins.credentials.in('system');
  await expect(store.create({ ...up1, id })).rejects.toMatchObject({ code: 'Invalid' });
  await expect(store.upsert({ ...up1, id })).rejects.toMatchObject({ code: 'Invalid' });
  if (['', '.', '..'].includes(id)) {
    await expect(store.delete(id)).rejects.toMatchObject({ code: 'Invalid' });
    expect(() => jenkins.credentials.in('system', id)).toThrow(/domain/u);
  }
  expect(sent).toEqual([]);
});

test('what Jenkins shows otherwise than it was sent is told', async () => {
  const stored = credential({ id: 'up1', typeName: 'Secret text', description: 'another' });
  const { jenkins } = answering('05-cred-13-global-update-json', stored);
  await expect(jenkins.credentials.in('system').update(up1)).rejects.toMatchObject({
    code: 'AppliedDifferently',
    differences: ['kind', 'description'],
  });
});

test('a change by somebody else at the same moment is a conflict', async () => {
  const location = '/credentials/store/system/domain/_/credential/up1/concurrentModification';
  const { jenkins } = answering({ status: 302, headers: { location } });
  await expect(jenkins.credentials.in('system').update(up1)).rejects.toMatchObject({ code: 'Conflict' });
});

test('one deadline is shared by all requests of a creation', async () => {
  const { jenkins, sent } = answering(missing);
  const creation = jenkins.credentials.in('system').create(up1, { timeoutMs: -1 });
  await expect(creation).rejects.toMatchObject({ code: 'Timeout' });
  expect(sent).toEqual([]);
});
