import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** A PostgreSQL server of a test's own. */
export interface TestPostgres {
  /** Makes an empty database; resolves to its address. */
  createDatabase(): Promise<string>;
  /** Runs one statement in a database. */
  run(address: string, statement: string): Promise<void>;
  /** Kills the server as a crash would; `start` brings it back with all that was committed. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

/** Options of `startPostgres`. */
export interface TestPostgresOptions {
  /** Wait for the disk at every commit; only a loss of power makes a difference. Off when absent. */
  fsync?: boolean;
}

/**
 * Starts PostgreSQL from Debian's package, in a temporary folder and on a socket in it, as a user of its own when this
 * process is root (the server refuses to be root). Throws, rather than letting a suite be skipped, when it is missing.
 */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const data = join(folder, 'data');
  const user = serverUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const place = { cwd: folder, ...user };
  execFileSync(
    program('initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    {
      ...place,
      stdio: 'ignore',
    },
  );
  const address = (database: string): string =>
    `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(folder)}`;
  const settings = ['listen_addresses=', `fsync=${options.fsync ? 'on' : 'off'}`, 'max_connections=50'];
  let server: ChildProcess | undefined;
  let databases = 0;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exit = once(server, 'exit');
    server.kill(signal);
    await exit;
  };
  const start = async (): Promise<void> => {
    const args = ['-D', data, '-k', folder, ...settings.flatMap((setting) => ['-c', setting])];
    server = spawn(program('postgres'), args, { ...place, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    server.stderr?.on('data', (text: Buffer) => (said = `${said}${text.toString()}`.slice(-4000)));
    for (;;) {
      if (server.exitCode !== null || server.signalCode !== null)
        throw new Error(`PostgreSQL ended at once:\n${said}`);
      if (await answers(address('postgres'))) return;
      await sleep(20);
    }
  };
  await start();

  return {
    createDatabase: async () => {
      const name = `test_${++databases}`;
      await query(address('postgres'), `CREATE DATABASE ${name}`);
      return address(name);
    },
    run: query,
    kill: async () => {
      // All of its processes at once, without writing anything down; SIGKILL would leave some of them behind.
      await end('SIGQUIT');
    },
    start,
    stop: async () => {
      await end('SIGINT');
      rmSync(folder, { recursive: true, maxRetries: 5 });
    },
  };
}

/** A program of the newest PostgreSQL: Debian keeps them off the PATH. */
function program(name: string): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  const found = folders.map((folder) => join(folder, name)).find(isProgram);
  if (!found) throw new Error(`${name} is missing: install Debian's package postgresql`);
  return found;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whom the server runs as; absent when this process is not root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function answers(address: string): Promise<boolean> {
  try {
    await query(address, 'SELECT 1');
    return true;
  } catch {
    return false;
  }
}

async function query(address: string, text: string): Promise<void> {
  const client = new Client({ connectionString: address });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
