import { printComparison, quantile, type Row } from './measure.ts';
import { paths, type Path, type PathWorld } from './node-lb-world.ts';

/** What is asked of a way. Times in microseconds. */
interface Figures {
  gigabits: number;
  request: number;
  connectionsPerSecond: number;
  connection: number;
}

/** A round measures each way for a moment. Others' work falls on all ways of a round, and ratios are taken in it. */
type Round = Readonly<Record<Path, Figures>>;

const rounds = 16;

/** Measures all ways of all worlds in turns and prints them beside kube-proxy alone. */
export async function benchPaths(worlds: readonly PathWorld[], signal: AbortSignal): Promise<void> {
  const measured = new Map(worlds.map((world) => [world, [] as Round[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [world, all] of measured) {
      const figures: Partial<Record<Path, Figures>> = {};
      for (const path of round % 2 === 0 ? paths : paths.toReversed()) {
        signal.throwIfAborted();
        // What is sent to the pod itself needs nothing of anybody.
        if (path !== 'routed') await world.take(path);
        figures[path] = await figuresOf(world, path);
      }
      all.push(figures as Round);
    }
  }
  for (const [{ backend }, all] of measured) {
    printComparison(`node-lb paths, kube-proxy and own rules in ${backend}`, 'this', 'kube-proxy', [
      ...rowsOf('routed to the pod', all, 'routed', 'kube-proxy'),
      ...rowsOf('Cluster', all, 'Cluster', 'kube-proxy'),
      ...rowsOf('Local', all, 'Local', 'kube-proxy'),
    ]);
    const local = rowsOf('Local', all, 'Local', 'routed', '>= 0.94x');
    printComparison(`node-lb, policy Local beside the routed path, ${backend}`, 'Local', 'routed', local);
  }
}

async function figuresOf(world: PathWorld, path: Path): Promise<Figures> {
  const { client } = world;
  const target = world.target(path);
  const figures = {
    gigabits: (await client.stream(target)) / 1e9,
    request: (await client.requests(target)).p50 * 1e6,
    connection: (await client.connections(target)).p50 * 1e6,
    connectionsPerSecond: await client.crowd(target),
  };
  await world.forget();
  return figures;
}

function rowsOf(what: string, all: readonly Round[], path: Path, peer: Path, target?: string): Row[] {
  const row = (words: string, unit: string, name: keyof Figures, better: Row['better']): Row => {
    const middle = (of: (round: Round) => number): number => quantile(all.map(of), 0.5);
    const ratio = middle((round) => round[path][name] / round[peer][name]);
    return {
      what: `${what}: ${words}`,
      unit,
      better,
      ours: middle((round) => round[path][name]),
      peer: middle((round) => round[peer][name]),
      ratio: better === 'more' ? ratio : 1 / ratio,
      ...(target && better === 'more' ? { target } : {}),
    };
  };
  return [
    row('one TCP stream', 'Gbit/s', 'gigabits', 'more'),
    row('new connections', '/s', 'connectionsPerSecond', 'more'),
    row('request on an open connection, p50', 'us', 'request', 'less'),
    row('connect, request, close, p50', 'us', 'connection', 'less'),
  ];
}
