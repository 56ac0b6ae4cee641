import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A kube-apiserver with its etcd, on free loopback ports. */
export interface RealApiServer {
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** PEM. */
  ca: string;
  /** A bearer token of the group `system:masters`. */
  token: string;
  /** A kubeconfig with that token, for kubectl. */
  kubeconfig: string;
  stop(): Promise<void>;
}

/** The folder of the binaries `etcd` and `kube-apiserver`, as Kubernetes' own tests name it; undefined when unset. */
export function realApiServerAssets(): string | undefined {
  return process.env['KUBEBUILDER_ASSETS'] || undefined;
}

/** Says aloud that a suite was left out, so that nobody takes the silence for success. */
export function sayRealApiServerMissing(suite: string): void {
  process.stderr.write(
    `SKIPPED: ${suite}: set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver to run it\n`,
  );
}

/**
 * Starts etcd and kube-apiserver in a folder of their own and waits until the server is ready. `flags` are
 * added to those of kube-apiserver. Rejects with the end of the log when one of them ends early, or after a minute.
 */
export async function startRealApiServer(flags: string[] = []): Promise<RealApiServer> {
  const assets = realApiServerAssets();
  if (assets === undefined) throw new Error('KUBEBUILDER_ASSETS is not set');
  const folder = await mkdtemp(join(tmpdir(), 'real-api-server-'));
  const processes: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of processes.toReversed()) await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [clientPort, peerPort, port] = await freePorts(3);
    const etcd = `http://127.0.0.1:${clientPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    processes.push(
      run(join(assets, 'etcd'), join(folder, 'etcd.log'), [
        `--data-dir=${join(folder, 'etcd')}`,
        `--listen-client-urls=${etcd}`,
        `--advertise-client-urls=${etcd}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=default=${peer}`,
        '--unsafe-no-fsync',
      ]),
    );
    const token = randomBytes(16).toString('hex');
    await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
    await writeFile(join(folder, 'service-account.pem'), serviceAccountKey());
    const log = join(folder, 'kube-apiserver.log');
    const server = run(join(assets, 'kube-apiserver'), log, [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(folder, 'certs')}`,
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${join(folder, 'service-account.pem')}`,
      `--service-account-key-file=${join(folder, 'service-account.pem')}`,
      '--service-cluster-ip-range=10.0.0.0/16',
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
      ...flags,
    ]);
    processes.push(server);
    await waitUntilReady(`https://127.0.0.1:${port}`, server, log);
    const ca = await readFile(join(folder, 'certs', 'apiserver.crt'), 'utf8');
    const url = `https://127.0.0.1:${port}`;
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(url, ca, token)), { mode: 0o600 });
    return { url, ca, token, kubeconfig, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serviceAccountKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

function run(command: string, log: string, args: string[]): ChildProcess {
  const output = createWriteStream(log);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  child.once('close', () => output.end());
  // An early end is found by who waits for readiness.
  child.once('error', () => {});
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function waitUntilReady(url: string, server: ChildProcess, log: string): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until && server.exitCode === null && server.pid !== undefined) {
    if (await isReady(url)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const said = await readFile(log, 'utf8').catch(() => '');
  throw new Error(`kube-apiserver did not become ready:\n${said.slice(-2000)}`);
}

function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(`${url}/readyz`, { rejectUnauthorized: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.once('error', () => resolve(false));
    probe.once('timeout', () => probe.destroy());
    probe.end();
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}

function kubeconfigOf(server: string, ca: string, token: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'real',
    clusters: [
      {
        name: 'real',
        cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin' } }],
  };
}
