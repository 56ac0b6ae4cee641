/**
 * The embedded API server beside kube-apiserver and etcd, one after the other in one run: start, memory, creates,
 * write to watch, list, fan-out. Set KUBEBUILDER_ASSETS to have the peer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiLoad } from './api-load.ts';
import { startEmbedded, startReal, withWorkFolder, type MeasuredServer } from './api-servers.ts';
import { printComparison, quantile, residentMegabytes, type Latencies, type Row } from './measure.ts';

interface Figures {
  startMs: number;
  idleMb: number;
  sequential: Latencies;
  concurrent: Latencies;
  fullMb: number;
  listMs: number;
  watch: Latencies;
  fanOut: Latencies;
}

const objects = 10_000;
const bytes = 2048;

async function measure(server: MeasuredServer): Promise<Figures> {
  // Memory and latencies right after the start are those of starting, not of being idle.
  await sleep(3000);
  const idleMb = residentMegabytes(server.pids);
  const load = new ApiLoad(server, 'bench', 16);
  await load.createNamespace('bench');
  await load.createMany('warm', 200, 4, bytes);
  const sequential = await load.createMany('one', 1000, 1, bytes);
  const concurrent = await load.createMany('many', objects - 1200, 16, bytes);
  const fullMb = residentMegabytes(server.pids);
  const lists: number[] = [];
  for (let i = 0; i < 5; i++) lists.push(await load.list());
  await load.close();

  const quiet = new ApiLoad(server, 'watched', 210);
  await quiet.createNamespace('watched');
  // The first fan-out of a process measures this client's just-in-time compiler.
  await quiet.writeToWatch('warm', 100, 100, 2);
  const watch = await quiet.writeToWatch('single', 1, 20, 5);
  const fanOut = await quiet.writeToWatch('fan', 100, 100, 5);
  await quiet.close();
  return {
    startMs: server.startMs,
    idleMb,
    sequential,
    concurrent,
    fullMb,
    listMs: quantile(lists, 0.5),
    watch,
    fanOut,
  };
}

async function run(start: () => Promise<MeasuredServer | undefined>): Promise<Figures | undefined> {
  const server = await start();
  if (!server) return undefined;
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

/** Runs the comparison and prints it. */
export async function benchEmbeddedApi(): Promise<void> {
  await withWorkFolder(async (folder) => {
    const ours = (await run(async () => await startEmbedded(folder)))!;
    const peer = await run(startReal);
    if (!peer) console.log('No peer: set KUBEBUILDER_ASSETS to a folder with kube-apiserver and etcd.');
    const row = (
      what: string,
      unit: string,
      better: Row['better'],
      value: (f: Figures) => number,
      target?: string,
    ): Row => ({
      what,
      unit,
      better,
      ours: value(ours),
      ...(peer ? { peer: value(peer) } : {}),
      ...(target ? { target } : {}),
    });
    printComparison('embedded-api', 'ours', 'kube-apiserver + etcd', [
      row('start to ready', 'ms', 'less', (f) => f.startMs, '<= 1000'),
      row('memory idle', 'MB', 'less', (f) => f.idleMb, '<= 120'),
      row('memory with 10,000 objects of 2 KB', 'MB', 'less', (f) => f.fullMb, '<= 350'),
      row('creates, 1 client', '/s', 'more', (f) => f.sequential.perSecond, 'better'),
      row('  p50', 'ms', 'less', (f) => f.sequential.p50),
      row('  p99', 'ms', 'less', (f) => f.sequential.p99),
      row('creates, 16 clients', '/s', 'more', (f) => f.concurrent.perSecond, 'better'),
      row('  p50', 'ms', 'less', (f) => f.concurrent.p50),
      row('  p99', 'ms', 'less', (f) => f.concurrent.p99),
      row('write to watch event p50', 'ms', 'less', (f) => f.watch.p50, 'better'),
      row('  p99', 'ms', 'less', (f) => f.watch.p99),
      row('list of 10,000', 'ms', 'less', (f) => f.listMs, 'better'),
      row('100 watchers x 100 writes/s p50', 'ms', 'less', (f) => f.fanOut.p50),
      row('  p99', 'ms', 'less', (f) => f.fanOut.p99),
    ]);
  });
}
