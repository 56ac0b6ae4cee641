/**
 * A process that makes a lab and then only waits, for tests that kill it. Its argument is a kubeconfig; it prints the
 * layout as JSON when the lab is complete.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { systemCommands } from '../../host/system-commands.ts';
import { BounceNamespace } from '../../host/bounce-namespace.ts';
import { startLab } from '../lab.ts';

const [, , kubeconfig = ''] = process.argv;
const { layout } = await startLab({
  kubeconfig,
  kubeProxy: 'shape-iptables-nft',
  // Anything that goes on.
  agentCommand: () => ['sleep', '600'],
});
const { signal } = new AbortController();
for (const { link, namespace } of layout.nodes) {
  await new BounceNamespace(link, systemCommands().inside(namespace)).ensure(signal);
}
process.stdout.write(`${JSON.stringify(layout)}\n`);
await wait(600_000);
