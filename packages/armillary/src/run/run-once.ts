import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer, type ApiServer } from '@armillary/embedded-api';
import { KubeClient, coreV1, loadKubeconfig, type KubeObject, type Logger } from '@armillary/kube';
import { startComponents, type RunningComponents } from '../components.ts';
import { machineNodeName } from '../node-name.ts';
import { LogFollower } from './log-follower.ts';
import { namespace, type Manifests } from './manifests.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** Options of `runOnce`. */
export interface RunOnceOptions extends Manifests {
  /** Takes each line of the log, with the step that wrote it. */
  write: (step: string, line: string) => void;
  /** Stops the run: on a timeout, or when the user interrupts. */
  signal: AbortSignal;
  /** Leaves the data folder in place and passes its path here. */
  kept?: (folder: string) => void;
  logger: Logger;
}

/** A run as it ended; no verdict when it was stopped before. */
export interface FinishedRun {
  run: KubeObject;
  verdict: Verdict | undefined;
}

/**
 * Runs manifests to their end on an API server of their own that is gone afterwards, with its folder. Rejects when
 * the server refuses a manifest.
 */
export async function runOnce(options: RunOnceOptions): Promise<FinishedRun[]> {
  const folder = await mkdtemp(join(tmpdir(), 'armillary-run-'));
  let server: ApiServer | undefined;
  let client: KubeClient | undefined;
  let components: RunningComponents | undefined;
  try {
    server = await startApiServer({ dataDir: folder, port: 0, logger: options.logger });
    client = new KubeClient(await loadKubeconfig({ path: server.kubeconfig }));
    const { kubeletServer, caFile } = server.pki;
    components = await startComponents({
      client,
      components: ['pipelines', 'tekton-runner'],
      dataDir: folder,
      nodeName: machineNodeName(),
      kubelet: {
        host: '127.0.0.1',
        port: 0,
        certificate: kubeletServer.certFile,
        key: kubeletServer.keyFile,
        clientCa: caFile,
      },
      standalone: true,
      logger: options.logger,
      signal: options.signal,
    });
    const follower = new LogFollower(client, components.manager, options.write);
    const runs = await create(client, options);
    const finished = await Promise.all(runs.map(async (run) => await finish(client!, run, options.signal)));
    if (!options.signal.aborted) await follower.drained();
    return finished;
  } finally {
    await components?.stop();
    await client?.close();
    await server?.close();
    if (options.kept) options.kept(folder);
    else await rm(folder, { recursive: true, force: true });
  }
}

async function create(client: KubeClient, { objects, runs }: Manifests): Promise<KubeObject[]> {
  await client
    .resource(coreV1.namespaces)
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const createOne = async (object: KubeObject): Promise<KubeObject> => {
    const type = await client.discover(object.apiVersion, object.kind);
    return await client.resource(type).create(object, { fieldValidation: 'Strict' });
  };
  for (const object of objects) await createOne(object);
  const created: KubeObject[] = [];
  for (const run of runs) created.push(await createOne(run));
  return created;
}

async function finish(client: KubeClient, run: KubeObject, signal: AbortSignal): Promise<FinishedRun> {
  const runs = client.resource(await client.discover(run.apiVersion, run.kind));
  for (;;) {
    const current = await runs.get(run.metadata.name!, { namespace });
    const verdict = verdictOf(current);
    if (verdict !== undefined || signal.aborted) return { run: current, verdict };
    await sleep(50);
  }
}
