import type { Capabilities, CredentialSpec } from '@armillary/jenkins-client';
import {
  expectCode,
  expectEqual,
  expectThat,
  orNotTested,
  type SuiteArea,
  type SuiteContext,
} from '../case.ts';

const key = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'bm90IGEga2V5LCBidXQgSmVua2lucyBkb2VzIG5vdCBsb29r',
  '-----END OPENSSH PRIVATE KEY-----',
  '',
].join('\n');

/** A certificate for nobody, and its key, which opens nothing: in PEM, and both with the password `changeit` as PKCS #12. */
const chain = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBdzCCAR2gAwIBAgIUO9aRjZVuwFGoVqJY47/9zEl4Fe8wCgYIKoZIzj0EAwIw',
  'EDEOMAwGA1UEAwwFc3VpdGUwIBcNMjYxMTIyMTIzNzA4WhgPMjEyNjEwMjkxMjM3',
  'MDhaMBAxDjAMBgNVBAMMBXN1aXRlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE',
  'Wzqi7/IDGA1gyET2GAnYZOPNT+haadiIPzwO3j3xvtS8H17ppkhc1NICJ9BK8V2z',
  'wwqrD/eMcek6cV6z3CqgCKNTMFEwHQYDVR0OBBYEFCU62C5gdukQEPAzXbiHJAXd',
  'O72sMB8GA1UdIwQYMBaAFCU62C5gdukQEPAzXbiHJAXdO72sMA8GA1UdEwEB/wQF',
  'MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAN+swQoHRv14wJ9tQq+U4RccyacvADR8',
  '3W5748Du5IbcAiAP/a0i/c056ghf0YiS09N6nRiJl2jgYiKVigVvdmqTzg==',
  '-----END CERTIFICATE-----',
].join('\n');
const chainKey = [
  '-----BEGIN PRIVATE KEY-----',
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrl4tDg5OdskLNjs6',
  'SXN46XDQrHnH8c6+UVNJxUp7s+6hRANCAARbOqLv8gMYDWDIRPYYCdhk481P6Fpp',
  '2Ig/PA7ePfG+1LwfXummSFzU0gIn0ErxXbPDCqsP94xx6TpxXrPcKqAI',
  '-----END PRIVATE KEY-----',
].join('\n');
const pkcs12 = new Uint8Array(
  Buffer.from(
    [
      'MIIENwIBAzCCA+0GCSqGSIb3DQEHAaCCA94EggPaMIID1jCCAnIGCSqGSIb3DQEHBqCCAmMwggJfAgEAMIICWAYJKoZIhvcNAQcBMFcG',
      'CSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiWTDjsZPfTqQICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEErcjvc1bslw',
      'JKsn0HyRUg6AggHwwtXZOFFNltyh4y9kncUDY8KTprv2VpebPNSGMK0kEl2G8ZjwfOlWa7WnzJWAH/K331KA6Vk5HxOmwGJTbdEeIu8n',
      'J9Oo4ahGnTlNAy3WYCtABW4lZjZo8sMaofAI0BMXs7MtzAph+plgWZNKi+L20ERla2Csw2+mnzh6R5DRbF77+s47xah/oAGVN1DA4VNW',
      'cjjqyrhOo/2WCGExhTwa55jV0gFMzjJLuOZJE0EAeAGUbpndUZrwj52mnIpfWgGT9fJU+WIVWPb+B0dLwusgEHks2dtOUOa4NeIYQFlS',
      'CixjqAnzmbjFNVqyx7C9VBaK47iasXcIIFwfgLZ70iFDGKxNQvHQ7iOtrneXWpHpnHv0iIaWaJE07l5LTEZvUZqvNE+qYBCexGd4i2A9',
      'RImwfcv/kfDrdMyCvCvy3uLCFh2xu/uv57yqanY14Zl0cZ79VLf0djvd6sntUws4jVBPLlBQMIj9AXoWkdZeJBOxcEpPTIL9PhaDGJik',
      '619fwdw12EfqY+KRaLylPHcFgJsmU1eIKXjlc6hWiSUkA4/YNdLEhBJanrChVGotzQLliqWTHFa3kxitqfnhMEInDbFE+RLr4efoYpG6',
      '/u1Ii0bVDMu3ccSjUhzGuI7H6cImp2syJXECRspNtcg6VrO4G4QrfjCCAVwGCSqGSIb3DQEHAaCCAU0EggFJMIIBRTCCAUEGCyqGSIb3',
      'DQEMCgECoIHvMIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjsIsaH0VBKgwICCAAwDAYIKoZIhvcNAgkFADAdBglghkgB',
      'ZQMEASoEEFlQu1GQ4PcBLqO+vWtfBi8EgZB/THWmXmp4RIYF7VHkWYdJhVgwKPHTn5sCXvLBxYCFS6eRZ65410B0zloUtmLj0mRIPaj4',
      'gGL+ddGmsOVVA+wcFqh3dL1/sLE3kjvTz1RaZnppmAG3C1ORvJrNBCyhqa5JlfG/SmBFdKjQB7JSxuBfw6PrXescf8S7d6Q/aFBJXKzJ',
      'MSM6DYZCUM+fLmfaaQ4xQDAZBgkqhkiG9w0BCRQxDB4KAHMAdQBpAHQAZTAjBgkqhkiG9w0BCRUxFgQU5N5DkPJ+w9KLTP4O64lVDO6i',
      'hVkwQTAxMA0GCWCGSAFlAwQCAQUABCAUdLV8WPQBQLERmQyASrQyZK+iGfPedH29nf29ksEtUQQIu4esA1eMip8CAggA',
    ].join(''),
    'base64',
  ),
);

const specs: readonly CredentialSpec[] = [
  { kind: 'usernamePassword', id: 'up', username: 'me', password: 'p&ss=word ü%', description: 'a password' },
  { kind: 'secretText', id: 'text', secret: 'very secret', description: 'a text' },
  { kind: 'sshKey', id: 'ssh', username: 'git', privateKey: key, passphrase: 'open', description: 'a key' },
  { kind: 'file', id: 'file', fileName: 'kube.config', content: 'apiVersion: v1\n', description: 'a file' },
  { kind: 'certificate', id: 'p12', password: 'changeit', source: { pkcs12 }, description: 'a certificate' },
  {
    kind: 'certificate',
    id: 'pem',
    source: { chain, privateKey: chainKey },
    description: 'a certificate, too',
  },
];

/** Credentials of a folder and of the system. */
export const credentials: SuiteArea = {
  title: 'Credentials',
  cases: [
    ...specs.map((spec) => ({
      name: `${spec.kind} (${spec.id}): made, read, changed and removed in a folder`,
      covers: [
        'credentials.in',
        'store.create',
        'store.get',
        'store.update',
        'store.delete',
        `kind ${spec.kind}`,
      ],
      async run({ jenkins, capabilities, folder, signal }: SuiteContext) {
        const store = jenkins.credentials.in(folder);
        const id = spec.id ?? '';
        const made = await orHidden(store.create(spec, { signal }), capabilities);
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
      async run({ jenkins, capabilities, folder, signal }) {
        const store = jenkins.credentials.in(folder);
        const made = await orHidden(
          store.create({ kind: 'secretText', secret: 's' }, { signal }),
          capabilities,
        );
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
      async run({ jenkins, capabilities, folder, signal }) {
        const { domains } = jenkins.credentials.in(folder);
        await orHidden(domains.create({ name: 'example.org', description: 'd' }, { signal }), capabilities);
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
      async run({ jenkins, capabilities, unique, signal, outside }) {
        const store = jenkins.credentials.in('system');
        const spec = { kind: 'secretText', id: unique, secret: 's' } as const;
        await outside(
          `the credential ${unique}`,
          () => orHidden(store.create(spec, { signal }), capabilities),
          (call) => store.delete(unique, call),
        );
        await store.delete(unique, { signal });
      },
    },
  ],
};

/** Jenkins tells who may not touch a store that it is not there; an administrator may. */
function orHidden<T>(work: Promise<T>, { plugins }: Capabilities): Promise<T> {
  return orNotTested(work, plugins === undefined ? ['NotFoundOrHidden'] : []);
}
