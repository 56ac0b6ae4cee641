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

/** A temporary folder and the processes that work in it. */
class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'differential-'));
  readonly #children: ChildProcess[] = [];
  #log = '';

  path(name: string): string {
    return join(this.#folder, name);
  }

  file(name: string, content: string): string {
    writeFileSync(this.path(name), content, { mode: 0o600 });
    return this.path(name);
  }

  run(program: string, options: Record<string, string | number>): void {
    const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (text: Buffer) => (this.#log = (this.#log + text.toString()).slice(-4000)));
    this.#children.push(child);
  }

  async etcd(assets: string): Promise<string> {
    const [client, peer] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${client}`;
    this.run(join(assets, 'etcd'), {
      'data-dir': this.path('etcd'),
      'listen-client-urls': url,
      'advertise-client-urls': url,
      'listen-peer-urls': `http://127.0.0.1:${peer}`,
      'unsafe-no-fsync': 'true',
    });
    return url;
  }

  /** Waits for `/readyz`; ends everything when a minute passes without it. */
  async ready(endpoint: Endpoint): Promise<Endpoint> {
    const until = Date.now() + startDeadlineMs;
    for (;;) {
      const answer = await send(endpoint, { method: 'GET', path: '/readyz' }).catch(
        (error: unknown) => error,
      );
      if (answer && typeof answer === 'object' && 'status' in answer && answer.status === 200)
        return endpoint;
      if (Date.now() > until) {
        await this.close();
        throw new Error(`the real server was not ready within a minute:\n${this.#log}`, { cause: answer });
      }
      await delay(200);
    }
  }

  async close(): Promise<void> {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Starts a kube-apiserver with its etcd and controller manager from the folder `assets`, on free loopback ports,
 * with everything it writes in a temporary folder that `close` removes.
 * @throws Error when it is not ready within a minute.
 */
export const startRealServer = async (assets: string): Promise<Endpoint> => {
  const workshop = new Workshop();
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const privateKey = workshop.file('sa.key', keys.privateKey);
  const token = randomBytes(16).toString('hex');
  const port = await freePort();
  workshop.run(join(assets, 'kube-apiserver'), {
    'etcd-servers': await workshop.etcd(assets),
    'bind-address': '127.0.0.1',
    'secure-port': port,
    'insecure-port': 0,
    'cert-dir': workshop.path('certificates'),
    'service-cluster-ip-range': '10.96.0.0/16',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': workshop.file('sa.pub', keys.publicKey),
    'service-account-signing-key-file': privateKey,
    'authorization-mode': 'RBAC',
    'token-auth-file': workshop.file('tokens.csv', `${token},admin,admin,"system:masters"\n`),
    'disable-admission-plugins': 'ServiceAccount',
  });
  const endpoint = await workshop.ready({ port, token, close: async () => workshop.close() });
  workshop.run(join(assets, 'kube-controller-manager'), {
    kubeconfig: workshop.file('kubeconfig', kubeconfig(endpoint)),
    controllers: 'garbagecollector,namespace',
    'service-account-private-key-file': privateKey,
    'leader-elect': 'false',
    'cert-dir': workshop.path('controller-manager'),
    'secure-port': 0,
    port: 0,
  });
  return endpoint;
};

/**
 * Starts the apiextensions-apiserver `program` of a current Kubernetes, which serves definitions and their objects,
 * beside a `startRealServer` for authentication and namespaces.
 */
export const startExtensionsServer = async (program: string, assets: string): Promise<Endpoint> => {
  const core = await startRealServer(assets);
  const workshop = new Workshop();
  const config = workshop.file('kubeconfig', kubeconfig(core));
  const port = await freePort();
  workshop.run(program, {
    'etcd-servers': await workshop.etcd(assets),
    'bind-address': '127.0.0.1',
    'secure-port': port,
    'cert-dir': workshop.path('certificates'),
    kubeconfig: config,
    'authentication-kubeconfig': config,
    'authorization-kubeconfig': config,
    // These wait for kinds that the older core server does not have.
    'enable-priority-and-fairness': 'false',
    'disable-admission-plugins': 'ValidatingAdmissionPolicy,MutatingAdmissionPolicy',
  });
  const close = async (): Promise<void> => {
    await workshop.close();
    await core.close();
  };
  return workshop.ready({ port, ...(core.token ? { token: core.token } : {}), core, close });
};

const kubeconfig = ({ port, token }: Endpoint): string =>
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
