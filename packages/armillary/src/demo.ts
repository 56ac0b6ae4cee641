import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { coreV1, isNotFound, type KubeClient, type KubeObject, type Logger } from '@armillary/kube';
import { CommandError } from './command-error.ts';
import { fieldManager } from './definitions.ts';

/** Its presence says that the demo was applied, so that what a user deletes of it stays deleted. */
const marker = { name: 'armillary-demo', namespace: 'kube-system' };

/** How long the namespace of the demo's project may take to appear, in milliseconds. */
const namespaceTimeoutMs = 30_000;

/** In the repository the examples are at its root; in the published package beside the built files. */
function demoFolder(): string {
  const candidates = ['../../../examples/demo/', '../examples/demo/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined)
    throw new CommandError('failure', 'the examples are missing from this installation');
  return found;
}

/** Applies the demo's manifests, in the order of their file names, unless that was done before. */
export async function applyDemo(client: KubeClient, logger: Logger, signal: AbortSignal): Promise<void> {
  const configMaps = client.resource(coreV1.configMaps);
  if (await present(async () => await configMaps.get(marker.name, { namespace: marker.namespace, signal })))
    return;
  const folder = demoFolder();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(namespaceTimeoutMs)]);
  for (const file of (await readdir(folder)).toSorted()) {
    for (const document of parseAllDocuments(await readFile(`${folder}${file}`, 'utf8'))) {
      await applyOnceNamespaceExists(client, document.toJS() as KubeObject, deadline);
    }
  }
  await configMaps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: marker }, { signal });
  logger.info({ folder }, 'applied the demo');
}

async function present(get: () => Promise<unknown>): Promise<boolean> {
  try {
    await get();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** The demo's project makes its own namespace, so the objects in it have to wait for that. */
async function applyOnceNamespaceExists(
  client: KubeClient,
  manifest: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await client.apply(manifest, { fieldManager, force: true, signal });
      return;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await sleep(50, undefined, { signal });
    }
  }
}
