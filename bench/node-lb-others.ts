import { printComparison, quantile, type Row } from './measure.ts';
import { LinearRules } from './node-lb-linear.ts';
import { otherPorts, type PathWorld } from './node-lb-world.ts';

/** Each measures all counts of a way for a moment, one after the other; ratios are taken in it. */
const rounds = 12;
const counts = [0, 1000, 10_000] as const;
/** New connections per second, by how many other ports there are. */
type Round = Readonly<Record<(typeof counts)[number], number>>;

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
  const measured = new Map(ways.map((way) => [way, [] as Round[]]));
  for (const world of worlds) await world.take('Cluster');
  for (let round = 0; round < rounds; round++) {
    for (const [way, all] of measured) {
      const { world } = way;
      const rates: Partial<Record<(typeof counts)[number], number>> = {};
      for (const count of round % 2 === 0 ? counts : counts.toReversed()) {
        signal.throwIfAborted();
        await way.enter(count);
        await world.forget();
        rates[count] = await world.client.crowd(world.target('Cluster'));
        await way.leave?.();
      }
      all.push(rates as Round);
    }
  }
  const rows = [...measured].flatMap(([way, all]) =>
    counts.slice(1).map((count): Row => {
      const middle = (of: (round: Round) => number): number => quantile(all.map(of), 0.5);
      return {
        what: `${way.what} in ${way.world.backend}, ${count.toLocaleString('en')}`,
        unit: '/s',
        better: 'more',
        ours: middle((round) => round[count]),
        peer: middle((round) => round[0]),
        ratio: middle((round) => round[count] / round[0]),
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
