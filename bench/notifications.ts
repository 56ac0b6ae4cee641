/**
 * The notification manager beside Debian's Alertmanager, and with PostgreSQL beside SQLite, in turns in one run: taking
 * alerts, telling them, memory. Ours answers a post when its alerts are on the disk, Alertmanager when they are in
 * memory. Then calls to a source of receivers, and rendering.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../packages/notifications/src/testing/postgres.ts';
import { installPacked } from '../scripts/install-packed.ts';
import { benchAlerts, postAll, posts } from './alert-load.ts';
import { startAlertmanager, startManager, type AlertServer } from './alert-servers.ts';
import { AlertSink } from './alert-sink.ts';
import { withWorkFolder } from './api-servers.ts';
import { printComparison, residentMegabytes, type Latencies, type Row } from './measure.ts';
import { benchRendering } from './notification-rendering.ts';
import { callsOfBurst } from './notification-source.ts';

/** A program with the people it tells, and what was measured of it so far. */
interface Contestant {
  server: AlertServer;
  sink: AlertSink;
  idleMb: number;
  grouped: Taken[];
  single: Taken[];
}

interface Taken {
  posts: Latencies;
  /** Alerts told per second, from the first post to the last telling. */
  told: number;
}

interface Figures {
  idleMb: number;
  /** Posts of 100. */
  grouped: Taken;
  /** Posts of one alert, each told by itself. */
  single: Taken;
  /** Posts of 100 while nobody answers who is told. */
  waiting: Latencies;
  waitingMb: number;
  /** Alerts told per second from the time on that people answer. */
  backlogTold: number;
  afterMb: number;
}

const counts = { grouped: 20_000, single: 3000, waiting: 100_000 };
const postSize = 100;
/** The middle one by its rate counts. Each is measured in every round, so that what else the machine does falls on all. */
const rounds = 3;
/** For memory to come to rest. */
const restMs = 5000;

async function measureInTurns(contestants: readonly Contestant[]): Promise<void> {
  await sleep(restMs);
  for (const contestant of contestants) {
    contestant.idleMb = memoryOf(contestant);
    await take(contestant, 'warm', 10_000, postSize, 4);
    await take(contestant, 'warm-single', 1000, 1, 8);
  }
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      contestant.grouped.push(await take(contestant, `grouped-${round}`, counts.grouped, postSize, 4));
      contestant.single.push(await take(contestant, `single-${round}`, counts.single, 1, 8));
    }
  }
}

async function figuresOf(contestant: Contestant): Promise<Figures> {
  const { idleMb, grouped, single } = contestant;
  return { idleMb, grouped: middle(grouped), single: middle(single), ...(await backlog(contestant)) };
}

function middle(taken: readonly Taken[]): Taken {
  const sorted = [...taken].sort((one, other) => one.posts.perSecond - other.posts.perSecond);
  const found = sorted.at(sorted.length >> 1);
  if (!found) throw new Error('nothing was measured');
  return found;
}

async function take(
  { server, sink }: Contestant,
  run: string,
  count: number,
  size: number,
  connections: number,
): Promise<Taken> {
  const bodies = posts(benchAlerts(run, count, size), size, server.bodyOf);
  const started = performance.now();
  const told = sink.tells(count);
  const taken = await postAll(server.url, bodies, connections);
  return { posts: taken, told: (count / ((await told) - started)) * 1000 };
}

async function backlog(
  contestant: Contestant,
): Promise<Pick<Figures, 'waiting' | 'waitingMb' | 'backlogTold' | 'afterMb'>> {
  const { server, sink } = contestant;
  const bodies = posts(benchAlerts('waiting', counts.waiting, postSize), postSize, server.bodyOf);
  sink.hold();
  const waiting = await postAll(server.url, bodies, 4);
  await sleep(restMs);
  const waitingMb = memoryOf(contestant);
  const told = sink.tells(counts.waiting);
  const released = performance.now();
  sink.release();
  const backlogTold = (counts.waiting / ((await told) - released)) * 1000;
  await sleep(restMs);
  return { waiting, waitingMb, backlogTold, afterMb: memoryOf(contestant) };
}

const memoryOf = ({ server }: Contestant): number => residentMegabytes([server.pid]);

/** Runs the comparison and prints it. `main` is the program's file; the built package's when absent. */
export async function benchNotifications(main?: string): Promise<void> {
  await withWorkFolder(async (work) => {
    await using ending = new AsyncDisposableStack();
    const start = async <S extends AlertServer>(
      program: (sinkUrl: string) => Promise<S>,
    ): Promise<Contestant & { server: S }> => {
      const sink = ending.adopt(await AlertSink.start(), (one) => one.close());
      const server = ending.adopt(await program(sink.url), (one) => one.stop());
      return { server, sink, idleMb: 0, grouped: [], single: [] };
    };
    const program = main ?? join(installPacked(work), 'node_modules/@armillary/armillary/dist/main.js');
    const postgres = ending.adopt(await startPostgres({ fsync: true }), (server) => server.stop());
    const storeUrl = await postgres.createDatabase();
    const alertmanager = await start((sinkUrl) => startAlertmanager(work, sinkUrl));
    const sqlite = await start((sinkUrl) => startManager(program, work, sinkUrl));
    const shared = await start((sinkUrl) => startManager(program, work, sinkUrl, storeUrl));

    await measureInTurns([alertmanager, sqlite, shared]);
    const peer = await figuresOf(alertmanager);
    const ours = await figuresOf(sqlite);
    const oursShared = await figuresOf(shared);
    const calls = await callsOfBurst(sqlite.server, sqlite.sink, 1000);
    printComparison('notifications', 'ours', 'Alertmanager', [
      ...rows(ours, peer),
      { what: 'source calls for 1,000 alerts of a key', unit: '', better: 'less', ours: calls, target: '1' },
    ]);
    printComparison('notifications, alerts in PostgreSQL', 'PostgreSQL', 'SQLite', rows(oursShared, ours));
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
    row('alerts taken, posts of 100', '/s', (f) => f.grouped.posts.perSecond * postSize, '>= 10,000'),
    row('  a post, p50', 'ms', (f) => f.grouped.posts.p50),
    row('  a post, p99', 'ms', (f) => f.grouped.posts.p99, '<= 100'),
    row('  told, from the first post on', '/s', (f) => f.grouped.told),
    row('alerts taken, posts of one', '/s', (f) => f.single.posts.perSecond),
    row('  a post, p50', 'ms', (f) => f.single.posts.p50),
    row('  a post, p99', 'ms', (f) => f.single.posts.p99, '<= 100'),
    row('  told one by one', '/s', (f) => f.single.told, '>= 1,000'),
    row('100,000 alerts taken, nobody answers', '/s', (f) => f.waiting.perSecond * postSize, '>= 10,000'),
    row('  a post, p99', 'ms', (f) => f.waiting.p99, '<= 100'),
    row('  memory while they wait', 'MB', (f) => f.waitingMb),
    row('  told, once people answer', '/s', (f) => f.backlogTold),
    row('  memory after that', 'MB', (f) => f.afterMb),
  ];
}
