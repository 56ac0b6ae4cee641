// oxlint-disable no-restricted-imports -- what is measured here is within an agent, and nobody else's business
import type { Commands } from '../packages/node-lb/src/host/commands.ts';
import type { NodePlan } from '../packages/node-lb/src/plan/node-plan.ts';
import { printComparison, type Row } from './measure.ts';
import { LinearRules, type IptablesBackend } from './node-lb-linear.ts';
import { otherPorts, type PathWorld } from './node-lb-world.ts';

/** The least of so many counts, each measured in every round: what else runs can only take time. */
const rounds = 5;
const many = 10_000;

/** Milliseconds, in the node and its namespace together. */
interface Times {
  install: number;
  /** One port more. */
  add: number;
  /** To see that everything is as it shall be. */
  verify: number;
}

/** What it takes to install, to change and to check many ports, beside a rule for each. */
export async function benchInstall(worlds: readonly PathWorld[], signal: AbortSignal): Promise<void> {
  const taken = worlds.map((world) => ({ world, ours: [] as Times[], linear: [] as Times[], idle: 0 }));
  for (const world of worlds) await world.withdraw();
  for (let round = 0; round < rounds; round++) {
    for (const one of taken) {
      signal.throwIfAborted();
      const { idle, ...times } = await timesOfSets(one.world, signal);
      one.ours.push(times);
      one.idle += idle;
      one.linear.push(await timesOfLinear(one.world));
    }
  }
  const rows = taken.flatMap(({ world: { backend }, ours, linear, idle }): Row[] => {
    const row = (what: string, name: keyof Times, target?: string): Row => ({
      what: `${backend}: ${what}`,
      unit: 'ms',
      better: 'less',
      ours: Math.min(...ours.map((times) => times[name])),
      peer: Math.min(...linear.map((times) => times[name])),
      ...(target ? { target } : {}),
    });
    return [
      row('install 10,000 ports', 'install', '<= 200'),
      row('one port more', 'add', '<= 10'),
      row('read and compare them', 'verify'),
      {
        what: `${backend}: nothing changed`,
        unit: 'processes',
        better: 'less',
        ours: idle / rounds,
        target: '0',
      },
    ];
  });
  printComparison(
    'node-lb, rules of many ports (linear in iptables-nft beside nftables)',
    'ours',
    'linear',
    rows,
  );
}

async function timesOfSets(world: PathWorld, signal: AbortSignal): Promise<Times & { idle: number }> {
  const ports = otherPorts(world.node, many + 1);
  const before: NodePlan = { ports: ports.slice(0, many) };
  const after: NodePlan = { ports };
  let runs = 0;
  // Like a new agent's: they know nothing of what is installed.
  const sets = world.ruleSets((commands) => counted(commands, () => (runs += 1)));
  const apply = (plan: NodePlan) => (): Promise<unknown> =>
    Promise.all(sets.map((rules) => rules.apply(plan, signal)));
  const install = await milliseconds(apply(before));
  const add = await milliseconds(apply(after));
  runs = 0;
  await apply({ ports: [...ports] })();
  const idle = runs;
  const verify = await milliseconds(() => Promise.all(sets.map((rules) => rules.verify(after, signal))));
  await Promise.all(sets.map((rules) => rules.remove(signal)));
  return { install, add, verify, idle };
}

async function timesOfLinear({ backend, node, nodeCommands, innerCommands }: PathWorld): Promise<Times> {
  const iptables: IptablesBackend = backend === 'nftables' ? 'iptables-nft' : backend;
  const all = [
    LinearRules.ofNode(nodeCommands, iptables, node),
    LinearRules.ofNamespace(innerCommands, iptables, node),
  ];
  const ports = otherPorts(node, many + 1);
  const [last] = ports.splice(many);
  if (!last) throw new TypeError('there is one port more');
  const install = await milliseconds(() => Promise.all(all.map((rules) => rules.install(ports))));
  const add = await milliseconds(() => Promise.all(all.map((rules) => rules.add(last))));
  const verify = await milliseconds(() => Promise.all(all.map((rules) => rules.read())));
  await Promise.all(all.map((rules) => rules.remove()));
  return { install, add, verify };
}

async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

function counted(commands: Commands, onRun: () => void): Commands {
  return {
    run: (...call) => {
      onRun();
      return commands.run(...call);
    },
    inside: (namespace) => counted(commands.inside(namespace), onRun),
  };
}
