import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ipBytes } from './ip-bytes.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { PkiError } from './pki-error.ts';
import { loadOrCreatePki, type Pki } from './pki.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pki-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const options = { host: '127.0.0.1', serviceIp: '10.96.0.1' };

describe('loadOrCreatePki', () => {
  test('names everything a client may dial', () => {
    const pki = loadOrCreatePki(dir, { host: '192.0.2.7', serviceIp: '10.96.0.1' });
    const server = new X509Certificate(pki.server.cert);
    for (const name of [
      'localhost',
      'kubernetes',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
    ])
      expect(server.checkHost(name)).toBeDefined();
    for (const address of ['127.0.0.1', '::1', '10.96.0.1', '192.0.2.7'])
      expect(server.checkIP(address)).toBeDefined();
    expect(server.checkHost('example.org')).toBeUndefined();
  });

  test('everything but the authority is issued by it, for one purpose', () => {
    const pki = loadOrCreatePki(dir, options);
    const ca = new X509Certificate(pki.ca);
    expect(ca.ca).toBe(true);
    const purposes = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' };
    for (const [pair, purpose] of [
      [pki.server, purposes.serverAuth],
      [pki.kubeletServer, purposes.serverAuth],
      [pki.admin, purposes.clientAuth],
      [pki.kubeletClient, purposes.clientAuth],
    ] as const) {
      const certificate = new X509Certificate(pair.cert);
      expect(certificate.checkIssued(ca) && certificate.verify(ca.publicKey)).toBe(true);
      expect(certificate.ca).toBe(false);
      expect(certificate.keyUsage).toEqual([purpose]);
    }
  });

  test('a TLS handshake with client certificates works and tells user and group', async () => {
    const pki = loadOrCreatePki(dir, options);
    const server = createServer(
      {
        cert: pki.server.cert,
        key: pki.server.key,
        ca: pki.ca,
        requestCert: true,
        rejectUnauthorized: false,
      },
      (incoming, answer) => {
        const socket = incoming.socket as TLSSocket;
        const { CN, O } = socket.getPeerCertificate().subject;
        answer.end(JSON.stringify([socket.authorized, CN, O]));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const ask = (from: Pki): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const { port } = server.address() as AddressInfo;
        const outgoing = request(
          { host: '127.0.0.1', port, ca: pki.ca, cert: from.admin.cert, key: from.admin.key, agent: false },
          (answer) => {
            let body = '';
            answer.on('data', (chunk) => (body += String(chunk)));
            answer.on('end', () => resolve(JSON.parse(body)));
          },
        );
        outgoing.on('error', reject).end();
      });
    const stranger = loadOrCreatePki(mkdtempSync(join(dir, 'other-')), options);
    try {
      expect(await ask(pki)).toEqual([true, 'kubernetes-admin', 'system:masters']);
      expect(await ask(stranger)).toEqual([false, 'kubernetes-admin', 'system:masters']);
    } finally {
      server.close();
    }
  });

  test('is the same after a restart, private to the owner, and leaves no temporary files', () => {
    const first = loadOrCreatePki(dir, options);
    const second = loadOrCreatePki(dir, options);
    expect({ ...second, serviceAccountKey: undefined }).toEqual({ ...first, serviceAccountKey: undefined });
    expect(second.serviceAccountKey.equals(first.serviceAccountKey)).toBe(true);
    expect(statSync(join(dir, 'pki')).mode & 0o777).toBe(0o700);
    const files = readdirSync(join(dir, 'pki'));
    for (const file of files) expect(statSync(join(dir, 'pki', file)).mode & 0o777, file).toBe(0o600);
    expect(files.filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  test('renews what is about to expire or lacks the bound host, and keeps the authority and keys', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    const first = loadOrCreatePki(dir, { ...options, now });
    const later = loadOrCreatePki(dir, { ...options, now: new Date('2026-11-01T00:00:00Z') });
    expect(later.ca).toBe(first.ca);
    expect(later.admin.cert).not.toBe(first.admin.cert);
    expect(later.admin.key).toBe(first.admin.key);
    const moved = loadOrCreatePki(dir, {
      host: '192.0.2.9',
      serviceIp: '10.96.0.1',
      now: new Date('2026-11-01'),
    });
    expect(moved.admin.cert).toBe(later.admin.cert);
    expect(new X509Certificate(moved.server.cert).checkIP('192.0.2.9')).toBeDefined();
  });

  test('a certificate that lasts beyond 2049 is still well-formed', () => {
    const pki = loadOrCreatePki(dir, { ...options, now: new Date('2045-06-01T00:00:00Z') });
    expect(new X509Certificate(pki.ca).validTo).toContain('2055');
  });

  test('a torn certificate is made again, a damaged key is refused by name', () => {
    const first = loadOrCreatePki(dir, options);
    writeFileSync(first.server.certFile, first.server.cert.slice(0, 100));
    expect(loadOrCreatePki(dir, options).server.key).toBe(first.server.key);
    writeFileSync(join(dir, 'pki', 'ca.key'), 'rubbish');
    expect(() => loadOrCreatePki(dir, options)).toThrow(PkiError);
    expect(() => loadOrCreatePki(dir, options)).toThrow(/ca\.key is not a private key/);
  });
});

test('writeKubeconfig holds the whole identity and is private', () => {
  const pki = loadOrCreatePki(dir, options);
  const path = join(dir, 'kubeconfig');
  writeKubeconfig(path, 'https://127.0.0.1:6443', pki);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const config = parse(readFileSync(path, 'utf8'));
  expect(config.clusters[0].cluster.server).toBe('https://127.0.0.1:6443');
  expect(Buffer.from(config.users[0].user['client-key-data'], 'base64').toString()).toBe(pki.admin.key);
  expect(existsSync(`${path}.tmp`)).toBe(false);
});

test('ipBytes reads every spelling', () => {
  expect([...ipBytes('10.96.0.1')]).toEqual([10, 96, 0, 1]);
  expect(ipBytes('::1').toString('hex')).toBe(`${'0'.repeat(31)}1`);
  expect(ipBytes('2001:db8::a:0:0:1').toString('hex')).toBe(
    '20010db8000000000000000a00000000'.slice(0, 16) + '000a000000000001',
  );
  expect(ipBytes('::ffff:10.0.0.1').toString('hex')).toBe('00000000000000000000ffff0a000001');
});
