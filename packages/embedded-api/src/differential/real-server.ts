import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { send } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';

const startDeadlineMs = 60_000;

const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port was given');
  return address.port;
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

/**
 * Starts a kube-apiserver with its etcd and controller manager from the folder `assets`, on free loopback ports,
 * with everything it writes in a temporary folder that `close` removes.
 * @throws Error when it is not ready within a minute.
 */
export const startRealServer = async (assets: string): Promise<Endpoint> => {
  const folder = mkdtempSync(join(tmpdir(), 'differential-'));
  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.reverse()) await stop(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const run = (program: string, options: Record<string, string | number>): void => {
    const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    children.push(spawn(join(assets, program), flags, { stdio: 'ignore' }));
  };
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };

  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const privateKey = file('sa.key', keys.privateKey);
  const token = randomBytes(16).toString('hex');
  const [client, peer, port] = await Promise.all([freePort(), freePort(), freePort()]);
  const etcd = `http://127.0.0.1:${client}`;
  run('etcd', {
    'data-dir': join(folder, 'etcd'),
    'listen-client-urls': etcd,
    'advertise-client-urls': etcd,
    'listen-peer-urls': `http://127.0.0.1:${peer}`,
    'unsafe-no-fsync': 'true',
  });
  run('kube-apiserver', {
    'etcd-servers': etcd,
    'bind-address': '127.0.0.1',
    'secure-port': port,
    'insecure-port': 0,
    'cert-dir': join(folder, 'certs'),
    'service-cluster-ip-range': '10.96.0.0/16',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': file('sa.pub', keys.publicKey),
    'service-account-signing-key-file': privateKey,
    'authorization-mode': 'RBAC',
    'token-auth-file': file('tokens.csv', `${token},admin,admin,"system:masters"\n`),
    'disable-admission-plugins': 'ServiceAccount',
  });
  const endpoint: Endpoint = { port, token, close };
  try {
    await ready(endpoint);
  } catch (error) {
    await close();
    throw error;
  }
  run('kube-controller-manager', {
    kubeconfig: file('kubeconfig', kubeconfig(port, token)),
    controllers: 'garbagecollector,namespace',
    'service-account-private-key-file': privateKey,
    'leader-elect': 'false',
    'cert-dir': join(folder, 'controller-manager'),
    'secure-port': 0,
    port: 0,
  });
  return endpoint;
};

const ready = async (endpoint: Endpoint): Promise<void> => {
  const until = Date.now() + startDeadlineMs;
  for (;;) {
    try {
      const { status } = await send(endpoint, { method: 'GET', path: '/readyz' });
      if (status === 200) return;
    } catch (error) {
      if (Date.now() > until)
        throw new Error('kube-apiserver did not become ready within a minute', { cause: error });
    }
    if (Date.now() > until) throw new Error('kube-apiserver did not become ready within a minute');
    await delay(200);
  }
};

const kubeconfig = (port: number, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'real', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin' } }],
    'current-context': 'real',
  });
