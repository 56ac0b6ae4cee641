import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres } from '../testing/postgres.ts';
import type { TestPostgres } from '../testing/postgres.ts';

const script = new URL('../testing/outbox-process.ts', import.meta.url).pathname;
/** Deliveries that may be under way at the same time: as many as there are destinations. */
const inFlight = 5;
const rounds = 4;

let folder: string;
let server: TestPostgres;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'killed-'));
  server = await startPostgres();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

/** Feeds until so many posts are acknowledged, and kills the process in the middle of its work. */
async function feedAndKill(address: string, sink: string, from: number, posts: number): Promise<number[]> {
  const child = spawn(process.execPath, [script, address, sink, 'feed', String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const acknowledged: number[] = [];
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [first = 0, last = 0] = line.split(' ').map(Number);
    for (let number = first; number <= last; number++) acknowledged.push(number);
    if (++lines === posts) child.kill('SIGKILL');
  }
  await exit;
  return acknowledged;
}

async function drain(address: string, sink: string): Promise<void> {
  const child = spawn(process.execPath, [script, address, sink, 'drain'], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
}

/** Resolves to the numbers that each destination was told, without what was told again. */
async function killedAgainAndAgain(address: string, sink: string): Promise<number[][]> {
  const acknowledged: number[] = [];
  for (let round = 0; round < rounds; round++) {
    acknowledged.push(...(await feedAndKill(address, sink, round * 1_000_000, 40 + round * 17)));
  }
  await drain(address, sink);

  const lines = readFileSync(sink, 'utf8').trimEnd().split('\n');
  const deliveries = new Set(lines);
  const told = lines.flatMap((line) => line.split(' ')[1]?.split(',').map(Number) ?? []);
  const missing = acknowledged.filter((number) => !new Set(told).has(number));
  expect(missing).toEqual([]);
  expect(lines.length - deliveries.size).toBeLessThanOrEqual(rounds * inFlight);
  // Whatever was told twice was the same delivery, made again.
  expect([...deliveries].flatMap((line) => line.split(',')).length).toBe(new Set(told).size);
  return [...Map.groupBy(deliveries, (line) => line.split(' ')[0]).values()].map((ofOne) =>
    ofOne.flatMap((line) => line.split(' ')[1]?.split(',').map(Number) ?? []),
  );
}

describe('a process that is killed in the middle of its work loses nothing it acknowledged, and repeats only what was under way', () => {
  test('with SQLite', async () => {
    const told = await killedAgainAndAgain(join(folder, 'notifications.db'), join(folder, 'sqlite.txt'));
    for (const numbers of told) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  test('with PostgreSQL', async () => {
    // No order here: what the killed process was just routing waits for the lease to end, newer alerts do not.
    await killedAgainAndAgain(await server.createDatabase(), join(folder, 'postgres.txt'));
  });
});
