import type { CredentialSpec } from '@armillary/jenkins-client';
import { expectCode, expectEqual, expectThat, orNotTested, type SuiteArea } from '../case.ts';

const key = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'bm90IGEga2V5LCBidXQgSmVua2lucyBkb2VzIG5vdCBsb29r',
  '-----END OPENSSH PRIVATE KEY-----',
  '',
].join('\n');

const specs: readonly CredentialSpec[] = [
  { kind: 'usernamePassword', id: 'up', username: 'me', password: 'p&ss=word ü%', description: 'a password' },
  { kind: 'secretText', id: 'text', secret: 'very secret', description: 'a text' },
  { kind: 'sshKey', id: 'ssh', username: 'git', privateKey: key, passphrase: 'open', description: 'a key' },
  { kind: 'file', id: 'file', fileName: 'kube.config', content: 'apiVersion: v1\n', description: 'a file' },
];

/** Credentials of a folder and of the system. */
export const credentials: SuiteArea = {
  title: 'Credentials',
  cases: [
    ...specs.map((spec) => ({
      name: `${spec.kind}: made, read, changed and removed in a folder`,
      covers: [
        'credentials.in',
        'store.create',
        'store.get',
        'store.update',
        'store.delete',
        `kind ${spec.kind}`,
      ],
      async run({ jenkins, folder, signal }: Parameters<SuiteArea['cases'][number]['run']>[0]) {
        const store = jenkins.credentials.in(folder);
        const id = spec.id ?? '';
        const made = await store.create(spec, { signal });
        expectEqual(
          [made.id, made.kind, made.description],
          [id, spec.kind, spec.description],
          'the new credential',
        );
        await expectCode(store.create(spec, { signal }), 'Conflict');
        await store.update({ ...spec, id, description: 'changed' }, { signal });
        expectEqual((await store.get(id, { signal })).description, 'changed', 'description');
        await store.delete(id, { signal });
        await expectCode(store.get(id, { signal }), 'NotFoundOrHidden');
      },
    })),
    {
      name: 'one without an id tells the id it got; upsert makes and changes; all are listed',
      covers: ['store.create (no id)', 'store.upsert', 'store.list'],
      async run({ jenkins, folder, signal }) {
        const store = jenkins.credentials.in(folder);
        const made = await store.create({ kind: 'secretText', secret: 's' }, { signal });
        await store.upsert({ kind: 'secretText', id: 'up2', secret: 's', description: 'one' }, { signal });
        await store.upsert({ kind: 'secretText', id: 'up2', secret: 't', description: 'two' }, { signal });
        const all = await Array.fromAsync(store.list({ signal }));
        expectEqual(
          Object.fromEntries(all.map(({ id, description }) => [id, description])),
          { [made.id]: '', up2: 'two' },
          'the list',
        );
        for (const { id } of all) await store.delete(id, { signal });
      },
    },
    {
      name: 'a domain is made, holds a credential, and is removed',
      covers: ['domains.create', 'domains.list', 'domains.delete'],
      async run({ jenkins, folder, signal }) {
        const { domains } = jenkins.credentials.in(folder);
        await domains.create({ name: 'example.org', description: 'd' }, { signal });
        expectThat(
          (await domains.list({ signal })).some(({ name }) => name === 'example.org'),
          'no such domain',
        );
        const store = jenkins.credentials.in(folder, 'example.org');
        await store.create({ kind: 'secretText', id: 'inside', secret: 's' }, { signal });
        expectEqual((await store.get('inside', { signal })).id, 'inside', 'the credential of the domain');
        await domains.delete('example.org', { signal });
        await expectCode(store.get('inside', { signal }), 'NotFoundOrHidden');
      },
    },
    {
      name: 'the store of the system takes one, too',
      covers: ['credentials.in (system)'],
      async run({ jenkins, unique, signal, cleanUp }) {
        const store = jenkins.credentials.in('system');
        const spec = { kind: 'secretText', id: unique, secret: 's' } as const;
        await orNotTested(store.create(spec, { signal }), ['Forbidden', 'NotFoundOrHidden']);
        cleanUp(() => store.delete(unique).catch(() => undefined));
        await store.delete(unique, { signal });
      },
    },
  ],
};
