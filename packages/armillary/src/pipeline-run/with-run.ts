import { KubeClient, loadKubeconfig } from '@armillary/kube';
import { NamedRun } from '@armillary/pipelines';
import type { RunFlags } from '../run-flags.ts';
import { version } from '../version.ts';

/** Looks up the server and the namespace as kubectl does, and closes the connections when `use` has ended. */
export async function withRun(
  name: string,
  flags: RunFlags,
  use: (run: NamedRun) => Promise<void>,
): Promise<void> {
  const config = await loadKubeconfig(flags.kubeconfig === undefined ? {} : { path: flags.kubeconfig });
  const client = new KubeClient(config, { userAgent: `armillary/${version}` });
  try {
    await use(new NamedRun(client, flags.namespace ?? client.namespace, name));
  } finally {
    await client.close();
  }
}
