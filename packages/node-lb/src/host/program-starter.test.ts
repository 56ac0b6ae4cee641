import { systemClock } from '@armillary/kube';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Commands } from './commands.ts';
import { ProgramStarter } from './program-starter.ts';
import { systemCommands } from './system-commands.ts';
import { isAlive } from './testing/is-alive.ts';

const patience = 30_000;

let folder: string;
let starter: ProgramStarter;
let commands: Commands;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starter-'));
  starter = new ProgramStarter();
  commands = systemCommands(systemClock, starter.run);
});

afterEach(() => {
  starter.close();
  rmSync(folder, { recursive: true });
});

/** The starter's process id: programs are its children. */
async function starterPid(): Promise<number> {
  return Number((await commands.run('sh', ['-c', 'echo $PPID'])).stdout);
}

/** A script that says when it runs and who it is, comes to its end when it may, and says so. */
const waiting =
  'echo $$ >"$1/new"; mv "$1/new" "$1/began"; until [ -e "$1/go" ]; do sleep 0.05; done; touch "$1/ended"';
async function untilFile(name: string): Promise<void> {
  await vi.waitFor(() => expect(readdirSync(folder)).toContain(name), patience);
}

describe('programs started by a process of their own', () => {
  test('are given input, and give what they say and how they end', async () => {
    const input = 'many words\n'.repeat(100_000);
    const ran = await commands.run('sh', ['-c', 'cat; echo problem >&2; exit 3'], { input, acceptable: [3] });
    expect(ran).toEqual({ code: 3, stdout: input, stderr: 'problem\n' });
  });

  test('run at the same time, and each hears its own', async () => {
    const answers = await Promise.all(
      [3, 1, 2].map((n) => commands.run('sh', ['-c', `sleep 0.${n}; echo ${n}`])),
    );
    expect(answers.map(({ stdout }) => stdout)).toEqual(['3\n', '1\n', '2\n']);
  });

  test('know no more of the environment than others', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.example');
    const { stdout } = await commands.run('env', []);
    vi.unstubAllEnvs();
    expect(stdout).toMatch(/^PATH=\S+\nLC_ALL=C\n$/);
  });

  test('fail as others do: missing, hanging, too loud, ended badly', async () => {
    await expect(commands.run('conntrack-of-nobody', [])).rejects.toMatchObject({
      code: 'ProgramMissing',
      message: 'the program conntrack-of-nobody is missing: install the package conntrack',
    });
    await expect(commands.run('sleep', ['1000'], { timeoutMs: 50 })).rejects.toThrow(/did not end within/);
    await expect(commands.run('yes', [], { maxOutputBytes: 1000 })).rejects.toThrow(/more than 1000 bytes/);
    await expect(commands.run('sh', ['-c', 'echo no >&2; exit 4'])).rejects.toThrow(/ended with 4: no$/);
  });

  test('are ended when their run is aborted, with the reason of the signal', async () => {
    const pid = await starterPid();
    const abort = new AbortController();
    const running = commands.run('sh', ['-c', waiting, 'sh', folder], {
      signal: abort.signal,
      timeoutMs: patience,
    });
    const failure = running.catch((error: unknown) => error);
    await untilFile('began');
    abort.abort(new Error('stop'));
    expect(await failure).toEqual(new Error('stop'));
    // The starter is still there, and the script is not.
    expect(await starterPid()).toBe(pid);
    const script = Number(readFileSync(join(folder, 'began'), 'utf8'));
    await vi.waitFor(() => expect(isAlive(script)).toBe(false), patience);
    expect(readdirSync(folder)).toEqual(['began']);
  });

  test('are lost with the starter, and the next are started by another', async () => {
    const pid = await starterPid();
    const running = commands.run('sleep', ['20']);
    const failure = running.catch((error: unknown) => error);
    process.kill(pid, 'SIGKILL');
    expect(await failure).toMatchObject({
      code: 'ProgramFailed',
      message: expect.stringMatching(/sleep 20 was lost: its starter ended$/),
    });
    expect(await starterPid()).not.toBe(pid);
  });

  test('run to their end when this process is killed, and then the starter ends, too', async () => {
    const script = `
      import { systemClock } from '@armillary/kube';
      import { ProgramStarter } from './program-starter.ts';
      import { systemCommands } from './system-commands.ts';
      const commands = systemCommands(systemClock, new ProgramStarter().run);
      process.stdout.write((await commands.run('sh', ['-c', 'echo $PPID'])).stdout);
      await commands.run('sh', ['-c', ${JSON.stringify(waiting)}, 'sh', ${JSON.stringify(folder)}], { timeoutMs: ${patience} });`;
    const agent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = (await once(agent.stdout, 'data')) as [Buffer];
    await untilFile('began');
    const killed = once(agent, 'exit');
    agent.kill('SIGKILL');
    await killed;
    writeFileSync(join(folder, 'go'), '');
    await untilFile('ended');
    await vi.waitFor(() => expect(isAlive(Number(pid))).toBe(false), patience);
  });

  test('are not disturbed by a Ctrl-C, which every process of a terminal gets', async () => {
    const pid = await starterPid();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    expect(await starterPid()).toBe(pid);
  });

  test('leave no process behind when it is closed', async () => {
    const pid = await starterPid();
    starter.close();
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), patience);
  });
});
