/**
 * The load balancer on a node's own IP beside kube-proxy alone, in network namespaces of this machine: what a way costs,
 * what other ports cost a new connection, what it takes to install them; then allocation, and an agent at rest.
 */
import { execFileSync } from 'node:child_process';
import { benchAgent } from './node-lb-agent.ts';
import { benchAllocation } from './node-lb-allocation.ts';
import { benchInstall } from './node-lb-install.ts';
import { benchOtherPorts } from './node-lb-others.ts';
import { benchPaths } from './node-lb-paths.ts';
import { PathWorld } from './node-lb-world.ts';

const backends = ['iptables-nft', 'iptables-legacy', 'nftables'] as const;

/**
 * Runs the benchmark and prints it; what it makes on this machine is gone then, also after Ctrl-C. With `--quick` without
 * the agent, for which the package is built.
 */
export async function benchNodeLb(): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    console.error('node-lb is NOT RUN: it makes network namespaces, so it needs Linux and root');
    process.exitCode = 1;
    return;
  }
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new Error('stopped'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    await benchRules(stop.signal);
    benchAllocation();
    if (!process.argv.includes('--quick')) await benchAgent(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error('stopped; what was made is removed');
    process.exitCode = 130;
  }
}

async function benchRules(signal: AbortSignal): Promise<void> {
  await using ending = new AsyncDisposableStack();
  setScheduling('--rr', 1);
  ending.defer(() => setScheduling('--other', 0));
  const worlds: PathWorld[] = [];
  for (const backend of backends) {
    worlds.push(ending.adopt(await PathWorld.build(backend, signal), (world) => world.remove()));
  }
  console.log('Load: blocking sockets of python3 in namespaces of their own, with real-time priority.');
  await benchPaths(worlds, signal);
  await benchOtherPorts(worlds, signal);
  await benchInstall(worlds, signal);
}

/**
 * How this process and those that it starts from now on get processors. With `--rr` they come before everything else on
 * the machine, which gets one twentieth: otherwise two runs of the same thing may differ by half.
 */
function setScheduling(policy: '--rr' | '--other', priority: number): void {
  execFileSync('chrt', ['--all-tasks', policy, '--pid', String(priority), String(process.pid)]);
}
