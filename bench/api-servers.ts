import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { installPacked } from '../scripts/install-packed.ts';
import { startRealApiServer } from '../e2e/testing/real-api-server.ts';
import type { ApiTarget } from './api-load.ts';

/** A started API server with what is needed to measure it. */
export interface MeasuredServer extends ApiTarget {
  name: string;
  pids: number[];
  /** Milliseconds from the start of the first process to ready. */
  startMs: number;
  stop(): Promise<void>;
}

interface Kubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
}

/** The built package, as `npm pack` makes it: that is what users run. */
export async function startEmbedded(work: string): Promise<MeasuredServer> {
  const armillary = join(installPacked(work), 'node_modules/@armillary/armillary/dist/main.js');
  const data = mkdtempSync(join(work, 'data-'));
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [armillary, 'api', '--data', data, '--port', '0', '--output', 'json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const startMs = performance.now() - started;
  const ready = JSON.parse(line) as { api: string; kubeconfig: string };
  const { clusters } = parse(readFileSync(ready.kubeconfig, 'utf8')) as Kubeconfig;
  return {
    name: 'embedded-api',
    url: ready.api,
    ca: Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64').toString(),
    token: readFileSync(join(data, 'pki/admin.token'), 'utf8').trim(),
    pids: [child.pid!],
    startMs,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** kube-apiserver and etcd from the folder that KUBEBUILDER_ASSETS names; undefined when it names none. */
export async function startReal(): Promise<MeasuredServer | undefined> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets === undefined) return undefined;
  return { name: 'kube-apiserver', ...(await startRealApiServer(assets)) };
}

/** Calls `body` with a folder that is gone afterwards. */
export async function withWorkFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'armillary-bench-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
