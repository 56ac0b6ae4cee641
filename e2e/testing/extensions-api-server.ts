import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, eventually } from './process.ts';
import { freePort } from './free-port.ts';
import { readyz, startRealApiServer, type RealApiServer } from './real-api-server.ts';

/** A running apiextensions-apiserver; `stop` ends `core` too, where namespaces are made. */
export type ExtensionsApiServer = Pick<RealApiServer, 'url' | 'token' | 'ca' | 'stop'> & {
  core: RealApiServer;
};

/**
 * Starts a real apiextensions-apiserver (`program`, built by scripts/extensions-api-server.ts) beside a real
 * kube-apiserver and etcd from `assets`, which it needs for authentication and namespaces. It serves
 * CustomResourceDefinitions and their objects, and no `/api`, so raw requests reach it but kubectl does not.
 */
export async function startExtensionsApiServer(
  program: string,
  assets: string,
): Promise<ExtensionsApiServer> {
  const core = await startRealApiServer(assets);
  const folder = await mkdtemp(join(tmpdir(), 'extensions-api-'));
  const [port, etcdPort, peerPort] = [await freePort(), await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const etcd = spawn(
    join(assets, 'etcd'),
    [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    ],
    { stdio: 'ignore' },
  );
  const server = spawn(
    program,
    [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(folder, 'certificates')}`,
      `--kubeconfig=${core.kubeconfig}`,
      `--authentication-kubeconfig=${core.kubeconfig}`,
      `--authorization-kubeconfig=${core.kubeconfig}`,
      // These wait for kinds that the older core server does not have.
      '--enable-priority-and-fairness=false',
      '--disable-admission-plugins=ValidatingAdmissionPolicy,MutatingAdmissionPolicy',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  server.stderr.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-8000)));
  const stop = async (): Promise<void> => {
    for (const child of [server, etcd]) child.kill('SIGKILL');
    await Promise.all([ended(server), ended(etcd)]);
    await core.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const url = `https://127.0.0.1:${port}`;
  try {
    await eventually(
      'readyz of apiextensions-apiserver',
      async () => {
        if (server.exitCode !== null) throw new Error('it exited');
        return await readyz(url, core.token);
      },
      60_000,
    );
  } catch (error) {
    await stop();
    throw new Error(`the real apiextensions-apiserver did not start:\n${output}`, { cause: error });
  }
  const ca = await readFile(join(folder, 'certificates/apiserver.crt'), 'utf8');
  return { url, token: core.token, ca, stop, core };
}
