import { generateKeyPairSync } from 'node:crypto';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { issueCertificate, type CertificateRequest } from '../pki/certificate.ts';
import { clientCertificate, type ClientCertificate } from './client-certificate.ts';

const hour = 3_600_000;
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const authority = { subject: { commonName: 'ca' }, key: newKey() };
const validity = { notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + hour) };
const ca = issueCertificate({ ...authority, purpose: 'ca', ...validity });

const issued = (more: Partial<CertificateRequest>): { cert: string; key: string } => {
  const key = newKey();
  const cert = issueCertificate({
    subject: { commonName: 'ann', organizations: ['dev', 'ops'] },
    key,
    purpose: 'client',
    issuer: authority,
    ...validity,
    ...more,
  });
  return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }) as string };
};

let server: Server;
let seen: (ClientCertificate | undefined)[];
beforeAll(async () => {
  const own = issued({ purpose: 'server', alternativeNames: ['127.0.0.1'] });
  server = createServer({ ...own, ca, requestCert: true, rejectUnauthorized: false }, (incoming, answer) => {
    seen.push(clientCertificate(incoming.socket as TLSSocket));
    answer.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
});

const show = async (client: { cert?: string; key?: string }): Promise<ClientCertificate | undefined> => {
  seen = [];
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve, reject) => {
    request({ host: '127.0.0.1', port, ca, agent: false, ...client }, (answer) =>
      answer.resume().on('end', resolve),
    )
      .on('error', reject)
      .end();
  });
  return seen[0];
};

test('a certificate of our authority names the user and all groups', async () => {
  const certificate = await show(issued({}));
  expect(certificate).toMatchObject({ verified: true, user: { username: 'ann', groups: ['dev', 'ops'] } });
  const id = certificate?.user?.extra?.['authentication.kubernetes.io/credential-id']?.[0];
  expect(id).toMatch(/^X509SHA256=[0-9a-f]{64}$/);
  const alone = await show(issued({ subject: { commonName: 'bob' } }));
  expect(alone?.user).toMatchObject({ username: 'bob', groups: [] });
});

test('what is expired, foreign or meant for servers is not verified', async () => {
  const past = { notBefore: new Date(Date.now() - 2 * hour), notAfter: new Date(Date.now() - hour) };
  expect((await show(issued(past)))?.verified).toBe(false);
  expect((await show(issued({ issuer: { ...authority, key: newKey() } })))?.verified).toBe(false);
  expect((await show(issued({ purpose: 'server' })))?.verified).toBe(false);
});

test('no certificate is none, and one without a name is nobody', async () => {
  expect(await show({})).toBeUndefined();
  const nameless = await show(issued({ subject: { commonName: '', organizations: ['system:masters'] } }));
  expect(nameless?.user).toBeUndefined();
});
