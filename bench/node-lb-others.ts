import { printComparison, quantile, type Row } from './measure.ts';
import { LinearRules } from './node-lb-linear.ts';
import { otherPorts, type PathWorld } from './node-lb-world.ts';

const rounds = 3;
const counts = [0, 1000, 10_000] as const;

/** A way to expose many ports beside the one that is measured. */
interface Way {
  readonly what: string;
  readonly world: PathWorld;
  enter(count: number): Promise<void>;
  leave?(): Promise<void>;
}

/** What other ports cost a new connection: with our sets, and with a rule for each port. */
export async function benchOtherPorts(worlds: readonly PathWorld[], signal: AbortSignal): Promise<void> {
  const ways = worlds.flatMap((world) => [sets(world), ...linear(world, signal)]);
  const rates = new Map(ways.map((way) => [way, new Map<number, number[]>()]));
  for (const world of worlds) await world.take('Cluster');
  for (let round = 0; round < rounds; round++) {
    for (const count of counts) {
      for (const [way, byCount] of rates) {
        signal.throwIfAborted();
        await way.enter(count);
        await way.world.forget();
        byCount.set(count, [...(byCount.get(count) ?? []), await way.world.connectionRate('Cluster')]);
        await way.leave?.();
      }
    }
  }
  const rows = ways.flatMap((way) =>
    counts.slice(1).map((count): Row => {
      const rate = (others: number): number => quantile(rates.get(way)?.get(others) ?? [], 0.5);
      return {
        what: `${way.what} in ${way.world.backend}, ${count.toLocaleString('en')}`,
        unit: '/s',
        better: 'more',
        ours: rate(count),
        peer: rate(0),
        ...(way.leave ? {} : { target: '1.00x' }),
      };
    }),
  );
  printComparison('node-lb, new connections beside other ports', 'beside them', 'alone', rows);
}

function sets(world: PathWorld): Way {
  const service = world.exposed('Cluster');
  return {
    what: 'ours',
    world,
    enter: (count) => world.expose({ ports: [service, ...otherPorts(world.node, count)] }),
  };
}

/** The rule of the port that is measured comes last. */
function linear(world: PathWorld, signal: AbortSignal): Way[] {
  const { backend, node, nodeCommands } = world;
  if (backend === 'nftables') return [];
  const rules = LinearRules.ofNode(nodeCommands, backend, node);
  const service = world.exposed('Cluster');
  const enter = async (count: number): Promise<void> => {
    await world.inner.apply({ ports: [service] }, signal);
    // Another port only: what lets our traffic pass is needed, and not what leads it.
    await world.host.apply({ ports: otherPorts(node, 1) }, signal);
    await rules.install([...otherPorts(node, count), service]);
  };
  return [{ what: 'linear rules', world, enter, leave: () => rules.remove() }];
}
