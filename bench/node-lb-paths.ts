import { printComparison, quantile, type Row } from './measure.ts';
import { least, most } from './node-lb-load.ts';
import { paths, type Path, type PathWorld } from './node-lb-world.ts';

/** What is asked of a way. Times in microseconds. */
interface Figures {
  gigabits: number;
  request: number;
  connectionsPerSecond: number;
  connection: number;
}

/** How often each way is measured, one after the other, so that what else the machine does falls on all. */
const rounds = 5;

/** Measures all ways of all worlds in turns and prints them beside kube-proxy alone. */
export async function benchPaths(worlds: readonly PathWorld[], signal: AbortSignal): Promise<void> {
  const figures = new Map(worlds.map((world) => [world, new Map<Path, Figures[]>()]));
  for (let round = 0; round < rounds; round++) {
    for (const [world, byPath] of figures) {
      for (const path of paths) {
        signal.throwIfAborted();
        await world.take(path);
        byPath.set(path, [...(byPath.get(path) ?? []), await figuresOf(world, path)]);
      }
    }
  }
  for (const [{ backend }, byPath] of figures) {
    const of = (path: Path): Figures => middle(byPath.get(path) ?? []);
    const alone = of('kube-proxy');
    const rows = [
      ...rowsOf('routed to the pod', of('routed'), alone),
      ...rowsOf('Cluster', of('Cluster'), alone),
      ...rowsOf('Local', of('Local'), alone),
    ];
    printComparison(`node-lb paths, kube-proxy and own rules in ${backend}`, 'this', 'kube-proxy', rows);
    const local = rowsOf('Local', of('Local'), of('routed'), '>= 0.94x');
    printComparison(`node-lb, policy Local beside the routed path, ${backend}`, 'Local', 'routed', local);
  }
}

async function figuresOf(world: PathWorld, path: Path): Promise<Figures> {
  const { client } = world;
  const target = world.target(path);
  return {
    gigabits: (await most(() => client.stream(target))) / 1e9,
    request: (await least(async () => (await client.requests(target)).p50)) * 1e6,
    connection: (await least(async () => (await client.connections(target)).p50)) * 1e6,
    connectionsPerSecond: await world.connectionRate(path),
  };
}

function middle(figures: readonly Figures[]): Figures {
  const of = (name: keyof Figures): number =>
    quantile(
      figures.map((each) => each[name]),
      0.5,
    );
  return {
    gigabits: of('gigabits'),
    request: of('request'),
    connection: of('connection'),
    connectionsPerSecond: of('connectionsPerSecond'),
  };
}

function rowsOf(what: string, ours: Figures, peer: Figures, target?: string): Row[] {
  const row = (words: string, unit: string, name: keyof Figures, better: Row['better']): Row => ({
    what: `${what}: ${words}`,
    unit,
    better,
    ours: ours[name],
    peer: peer[name],
    ...(target && better === 'more' ? { target } : {}),
  });
  return [
    row('one TCP stream', 'Gbit/s', 'gigabits', 'more'),
    row('new connections', '/s', 'connectionsPerSecond', 'more'),
    row('request on an open connection, p50', 'us', 'request', 'less'),
    row('connect, request, close, p50', 'us', 'connection', 'less'),
  ];
}
