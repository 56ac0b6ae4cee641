import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubectlSession } from './kubectl.ts';

/**
 * Writes a kubeconfig for a ServiceAccount, with a token that the server issues for it, as a pod of the account would
 * have. Resolves with its path.
 */
export async function serviceAccountKubeconfig(
  kubectl: KubectlSession,
  { namespace, name }: { namespace: string; name: string },
  folder: string,
): Promise<string> {
  const text = await kubectl.out(['config', 'view', '--raw', '--minify', '--flatten', '-o=json']);
  const { clusters } = JSON.parse(text) as { clusters: { name: string; cluster: object }[] };
  const token = await serviceAccountToken(kubectl, { namespace, name });
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: clusters[0]?.name, user: name, namespace } }],
    clusters,
    users: [{ name, user: { token } }],
  };
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.kubeconfig`);
  await writeFile(path, stringify(config), { mode: 0o600 });
  return path;
}

/** A token that the server issues for a ServiceAccount. */
export async function serviceAccountToken(
  kubectl: KubectlSession,
  { namespace, name }: { namespace: string; name: string },
): Promise<string> {
  return (await kubectl.out(['create', 'token', name, `--namespace=${namespace}`])).trim();
}
