import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { ended, eventually } from './process.ts';

/** A real kube-apiserver with its etcd on free loopback ports, RBAC on, admitted by a token of `system:masters`. */
export interface RealApiServer {
  url: string;
  token: string;
  /** PEM of its serving certificate, which is its own authority. */
  ca: string;
  /** A kubeconfig with all of the above. */
  kubeconfig: string;
  /** Of etcd and kube-apiserver, for measuring. */
  pids: number[];
  /** Milliseconds from the first process's start to `/readyz` answering ok. */
  startMs: number;
  stop(): Promise<void>;
}

/** Options of `startRealApiServer`. */
export interface RealApiServerOptions {
  /** Further flags of kube-apiserver. */
  flags?: string[];
  /** Starts kube-controller-manager too: garbage collection, namespaces, default service accounts. */
  controllers?: string[];
}

/** Whether a server answers `/readyz` with ok. */
export async function readyz(url: string, token: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const call = request(
      `${url}/readyz`,
      { rejectUnauthorized: false, headers: { authorization: `Bearer ${token}` }, timeout: 2000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.on('error', () => resolve(false));
    call.on('timeout', () => call.destroy());
    call.end();
  });
}

/**
 * Starts the binaries of the folder that KUBEBUILDER_ASSETS names. Throws with the end of their output when they do
 * not get ready.
 */
export async function startRealApiServer(
  assets: string,
  options: RealApiServerOptions = {},
): Promise<RealApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'real-api-'));
  const token = randomBytes(16).toString('hex');
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`);
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  await writeFile(join(folder, 'sa.key'), keys.privateKey);
  await writeFile(join(folder, 'sa.pub'), keys.publicKey);
  const [etcdPort, peerPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const url = `https://127.0.0.1:${apiPort}`;
  let output = '';
  const children: ChildProcess[] = [];
  const start = (program: string, args: string[]): void => {
    const child = spawn(join(assets, program), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-8000)));
    }
    children.push(child);
  };
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) child.kill('SIGKILL');
    await Promise.all(children.map(ended));
    await rm(folder, { recursive: true, force: true });
  };
  const started = performance.now();
  start('etcd', [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
  ]);
  start('kube-apiserver', [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${apiPort}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    `--service-account-key-file=${join(folder, 'sa.pub')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--disable-admission-plugins=ServiceAccount',
    ...(options.flags ?? []),
  ]);
  try {
    await eventually(
      'readyz of kube-apiserver',
      async () => {
        const dead = children.find((c) => c.exitCode !== null);
        if (dead) throw new Error(`${dead.spawnfile} exited`);
        return await readyz(url, token);
      },
      60_000,
    );
  } catch (error) {
    await stop();
    throw new Error(`the real API server did not start:\n${output}`, { cause: error });
  }
  const startMs = performance.now() - started;
  const ca = await readFile(join(folder, 'certificates/apiserver.crt'), 'utf8');
  const kubeconfig = join(folder, 'kubeconfig');
  const data = Buffer.from(ca).toString('base64');
  await writeFile(
    kubeconfig,
    `apiVersion: v1
kind: Config
current-context: real
contexts: [{ name: real, context: { cluster: real, user: admin } }]
clusters: [{ name: real, cluster: { server: "${url}", certificate-authority-data: ${data} } }]
users: [{ name: admin, user: { token: ${token} } }]
`,
  );
  if (options.controllers) {
    start('kube-controller-manager', [
      `--kubeconfig=${kubeconfig}`,
      `--controllers=${options.controllers.join(',')}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--port=0',
      `--root-ca-file=${join(folder, 'certificates/apiserver.crt')}`,
    ]);
  }
  return { url, token, ca, kubeconfig, pids: children.slice(0, 2).map((c) => c.pid!), startMs, stop };
}
