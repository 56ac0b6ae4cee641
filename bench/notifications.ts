/**
 * The notification manager beside Debian's Alertmanager, one after the other in one run: taking alerts, telling them,
 * memory. Ours answers a post when its alerts are on the disk, Alertmanager when they are in memory. Then our store in
 * PostgreSQL beside SQLite, calls to a source of receivers, and rendering.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../packages/notifications/src/testing/postgres.ts';
import { installPacked } from '../scripts/install-packed.ts';
import { benchAlerts, postAll, posts } from './alert-load.ts';
import { startAlertmanager, startManager, type AlertServer, type ManagerServer } from './alert-servers.ts';
import { AlertSink } from './alert-sink.ts';
import { withWorkFolder } from './api-servers.ts';
import { printComparison, residentMegabytes, type Latencies, type Row } from './measure.ts';
import { benchRendering } from './notification-rendering.ts';
import { callsOfBurst } from './notification-source.ts';

interface Figures {
  idleMb: number;
  /** Posts of 100, and alerts told per second from the first post to the last telling. */
  grouped: Latencies;
  groupedTold: number;
  /** Posts of one alert, each told by itself. */
  single: Latencies;
  singleTold: number;
  /** Posts of 100 while nobody is told. */
  waiting: Latencies;
  waitingMb: number;
  /** Alerts told per second from the time on that people answer. */
  backlogTold: number;
  afterMb: number;
}

const counts = { grouped: 30_000, single: 5000, waiting: 100_000 };
const postSize = 100;
/** For memory to come to rest. */
const restMs = 5000;

async function measure(server: AlertServer, sink: AlertSink): Promise<Figures> {
  const { url, pid } = server;
  const run = async (
    name: string,
    count: number,
    size: number,
    connections: number,
  ): Promise<[Latencies, number]> => {
    const bodies = posts(benchAlerts(name, count, size), size, server.bodyOf);
    const started = performance.now();
    const told = sink.tells(count);
    const taken = await postAll(url, bodies, connections);
    return [taken, (count / ((await told) - started)) * 1000];
  };
  await sleep(restMs);
  const idleMb = residentMegabytes([pid]);
  await run('warm', 10_000, postSize, 4);
  await run('warm-single', 1000, 1, 8);
  const [grouped, groupedTold] = await run('grouped', counts.grouped, postSize, 4);
  const [single, singleTold] = await run('single', counts.single, 1, 8);

  const bodies = posts(benchAlerts('waiting', counts.waiting, postSize), postSize, server.bodyOf);
  sink.hold();
  const waiting = await postAll(url, bodies, 4);
  await sleep(restMs);
  const waitingMb = residentMegabytes([pid]);
  const told = sink.tells(counts.waiting);
  const released = performance.now();
  sink.release();
  const backlogTold = (counts.waiting / ((await told) - released)) * 1000;
  await sleep(restMs);
  const afterMb = residentMegabytes([pid]);
  return { idleMb, grouped, groupedTold, single, singleTold, waiting, waitingMb, backlogTold, afterMb };
}

async function measured<S extends AlertServer, T>(
  start: (sink: AlertSink) => Promise<S>,
  body: (server: S, sink: AlertSink) => Promise<T>,
): Promise<T> {
  const sink = await AlertSink.start();
  try {
    const server = await start(sink);
    try {
      return await body(server, sink);
    } finally {
      await server.stop();
    }
  } finally {
    await sink.close();
  }
}

/** Runs the comparison and prints it. `main` is the program's file; the built package's when absent. */
export async function benchNotifications(main?: string): Promise<void> {
  await withWorkFolder(async (work) => {
    const program = main ?? join(installPacked(work), 'node_modules/@armillary/armillary/dist/main.js');
    const manager = (sink: AlertSink, storeUrl?: string): Promise<ManagerServer> =>
      startManager(program, work, sink.url, storeUrl);

    const peer = await measured((sink) => startAlertmanager(work, sink.url), measure);
    const { ours, calls } = await measured(manager, async (server, sink) => ({
      ours: await measure(server, sink),
      calls: await callsOfBurst(server, sink, 1000),
    }));
    printComparison('notifications', 'ours', 'Alertmanager', [
      ...rows(ours, peer),
      { what: 'source calls for 1,000 alerts of a key', unit: '', better: 'less', ours: calls, target: '1' },
    ]);

    const postgres = await startPostgres({ fsync: true });
    try {
      const storeUrl = await postgres.createDatabase();
      const shared = await measured((sink) => manager(sink, storeUrl), measure);
      printComparison('notifications, alerts in PostgreSQL', 'PostgreSQL', 'SQLite', rows(shared, ours));
    } finally {
      await postgres.stop();
    }
    benchRendering();
  });
}

function rows(ours: Figures, peer: Figures): Row[] {
  const row = (what: string, unit: string, value: (f: Figures) => number, target?: string): Row => ({
    what,
    unit,
    better: unit === '/s' ? 'more' : 'less',
    ours: value(ours),
    peer: value(peer),
    ...(target ? { target } : {}),
  });
  return [
    row('memory idle', 'MB', (f) => f.idleMb),
    row('alerts taken, posts of 100', '/s', (f) => f.grouped.perSecond * postSize, '>= 10,000'),
    row('  a post, p50', 'ms', (f) => f.grouped.p50),
    row('  a post, p99', 'ms', (f) => f.grouped.p99, '<= 100'),
    row('  told, from the first post on', '/s', (f) => f.groupedTold),
    row('alerts taken, posts of one', '/s', (f) => f.single.perSecond),
    row('  a post, p50', 'ms', (f) => f.single.p50),
    row('  a post, p99', 'ms', (f) => f.single.p99, '<= 100'),
    row('  told one by one', '/s', (f) => f.singleTold, '>= 1,000'),
    row('100,000 alerts taken, nobody answers', '/s', (f) => f.waiting.perSecond * postSize, '>= 10,000'),
    row('  a post, p99', 'ms', (f) => f.waiting.p99, '<= 100'),
    row('  memory while they wait', 'MB', (f) => f.waitingMb),
    row('  told, once people answer', '/s', (f) => f.backlogTold),
    row('  memory after that', 'MB', (f) => f.afterMb),
  ];
}
