import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { systemCommands } from './system-commands.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { isAlive } from './testing/is-alive.ts';
import { NetworkNamespace, canMakeNamespaces } from './testing/network-namespace.ts';

const patience = 30_000;

const commands = systemCommands();
const never = new AbortController().signal;

function temporaryFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'commands-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe('running a program', () => {
  test('gives its output, and takes input', async () => {
    const ran = await commands.run('sh', ['-c', 'cat; echo problem >&2'], { input: 'words\n' });
    expect(ran).toEqual({ code: 0, stdout: 'words\n', stderr: 'problem\n' });
  });

  test('knows neither the proxies nor the tokens of the agent, and speaks English', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.example');
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    const { stdout } = await commands.run('env', []);
    vi.unstubAllEnvs();
    expect(stdout.trim().split('\n').sort()).toEqual([
      'LC_ALL=C',
      expect.stringMatching(/^PATH=.*\/usr\/sbin:.*\/sbin/),
    ]);
  });

  test('passes arguments as they are: there is no shell', async () => {
    const { stdout } = await commands.run('printf', ['%s|', '$HOME', '; id', '*']);
    expect(stdout).toBe('$HOME|; id|*|');
  });

  test('fails with its last words when it ends badly', async () => {
    const failed = commands.run('sh', ['-c', 'echo "no such chain" >&2; exit 4']);
    await expect(failed).rejects.toMatchObject({
      name: 'NodeLbError',
      code: 'ProgramFailed',
      message: expect.stringMatching(/ended with 4: no such chain$/),
    });
  });

  test('takes other exit codes for answers when told to', async () => {
    expect(await commands.run('sh', ['-c', 'exit 1'], { acceptable: [1] })).toMatchObject({ code: 1 });
  });

  test('says that a program is missing, and what to install', async () => {
    await expect(commands.run('conntrack-of-nobody', [])).rejects.toMatchObject({
      code: 'ProgramMissing',
      message: 'the program conntrack-of-nobody is missing: install the package conntrack',
    });
  });

  test('says that it may not do something', async () => {
    const refused = commands.run('sh', [
      '-c',
      'echo "RTNETLINK answers: Operation not permitted" >&2; exit 2',
    ]);
    await expect(refused).rejects.toMatchObject({ code: 'NotPermitted' });
  });

  /** Lets a script run until it has said its own or its child's process id, and then for longer than it may. */
  async function untilKilled(script: string): Promise<{ pid: number; failure: unknown }> {
    using folder = temporaryFolder();
    const clock = new FakeClock();
    const file = join(folder.path, 'pid');
    const hung = systemCommands(clock).run('sh', ['-c', script, 'sh', file], { timeoutMs: 5000 });
    const failure = hung.catch((error: unknown) => error);
    await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/\n/), patience);
    const pid = Number(readFileSync(file, 'utf8'));
    await vi.waitFor(() => expect(clock.pending).toContain(5000), patience);
    clock.advance(4999);
    expect(isAlive(pid)).toBe(true);
    clock.advance(1);
    // As long as it may take to end by itself.
    clock.advance(1000);
    return { pid, failure: await failure };
  }

  test('kills it with its children when it hangs', async () => {
    const { pid, failure } = await untilKilled('echo said; sleep 1000 & echo $! > "$1"; wait');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), patience);
    expect(failure).toMatchObject({
      code: 'ProgramFailed',
      message: expect.stringMatching(/did not end within 5 s and was killed: said$/),
    });
  });

  test('kills even what ignores SIGTERM', async () => {
    const { pid, failure } = await untilKilled(`trap '' TERM; echo $$ > "$1"; while :; do sleep 1000; done`);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), patience);
    expect(failure).toMatchObject({ code: 'ProgramFailed' });
  });

  test('is given up when not even SIGKILL ends it, as while the kernel does not answer it', async () => {
    const clock = new FakeClock();
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    try {
      const stuck = systemCommands(clock).run('sleep', ['1000'], { timeoutMs: 3000 });
      const failure = stuck.catch((error: unknown) => error);
      await vi.waitFor(() => expect(clock.pending).toContain(3000), patience);
      clock.advance(3000);
      clock.advance(5000);
      expect(await failure).toMatchObject({ code: 'ProgramFailed' });
      expect(kill.mock.calls.map(([, signal]) => signal)).toEqual(['SIGTERM', 'SIGKILL', 'SIGKILL']);
      expect(clock.pending).toEqual([]);
    } finally {
      const [group] = kill.mock.calls[0] ?? [];
      kill.mockRestore();
      if (group !== undefined) process.kill(group, 'SIGKILL');
    }
  });

  test('is aborted with the reason of the signal', async () => {
    const abort = new AbortController();
    const running = commands.run('sleep', ['1000'], { signal: abort.signal });
    abort.abort(new Error('stop'));
    await expect(running).rejects.toThrow('stop');
    await expect(commands.run('true', [], { signal: abort.signal })).rejects.toThrow('stop');
  });

  test('ends what prints without end', async () => {
    const loud = commands.run('yes', [], { maxOutputBytes: 10_000 });
    await expect(loud).rejects.toMatchObject({
      code: 'ProgramFailed',
      message: expect.stringMatching(/printed more than 10000 bytes/),
    });
  });

  test('bears a program that does not read its input (EPIPE)', async () => {
    const input = 'x'.repeat(10_000_000);
    expect(await commands.run('true', [], { input })).toMatchObject({ code: 0 });
    await expect(commands.run('false', [], { input })).rejects.toMatchObject({ code: 'ProgramFailed' });
  });

  test('does not wait for ever for a child that keeps the pipes open, and leaves none', async () => {
    const { stdout } = await commands.run('sh', ['-c', 'sleep 1000 & echo $!']);
    await vi.waitFor(() => expect(isAlive(Number(stdout))).toBe(false), patience);
  });

  test('fails when this process has no open files left, which ends nothing but the attempt', async () => {
    const script = `
      const { openSync } = await import('node:fs');
      const { systemCommands } = await import('./system-commands.ts');
      const commands = systemCommands();
      const say = ({ code, message }) => process.stdout.write(code + ' ' + message + '\\n');
      await commands.run('true', []);
      try { for (;;) openSync('/dev/null', 'r'); } catch {}
      await commands.run('true', []).catch(say);
      try { for await (const line of commands.follow('true', [], new AbortController().signal)); } catch (error) { say(error); }`;
    const limited = ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e'];
    const agent = spawn('sh', [...limited, script], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [said, complaints] = await Promise.all([text(agent.stdout), text(agent.stderr)]);
    expect(complaints).toBe('');
    expect(said).toMatch(/^(ProgramFailed true .*could not be started \(EMFILE\)\n){2}$/);
  });

  test('leaves no handles of this process open', async () => {
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 10; round++) await commands.run('true', []);
    await vi.waitFor(
      () => expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 2),
      patience,
    );
  });
});

describe('following a program', () => {
  test('gives its lines as they come, and ends with it', async () => {
    const lines: string[] = [];
    for await (const line of commands.follow('printf', ['one\\ntwo\\n'], never)) lines.push(line);
    expect(lines).toEqual(['one', 'two']);
  });

  test('ends without a failure when it is aborted, and kills the program', async () => {
    const abort = new AbortController();
    let pid = 0;
    for await (const line of commands.follow('sh', ['-c', 'echo $$; sleep 1000'], abort.signal)) {
      pid = Number(line);
      abort.abort();
    }
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), patience);
  });

  test('kills the program when nobody reads on', async () => {
    let pid = 0;
    for await (const line of commands.follow('sh', ['-c', 'echo $$; sleep 1000'], never)) {
      pid = Number(line);
      break;
    }
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), patience);
  });

  test('does not outlive this process, not even when that is killed', async () => {
    const script = `
      const { systemCommands } = await import('./system-commands.ts');
      const lines = systemCommands().follow('sh', ['-c', 'echo $$; sleep 1000'], new AbortController().signal);
      for await (const line of lines) process.stdout.write(line);`;
    const agent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = (await once(agent.stdout, 'data')) as [Buffer];
    agent.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(Number(pid))).toBe(false), patience);
  });

  test('fails when it is missing, ends badly, or never ends a line', async () => {
    const read = async (program: string, ...args: string[]): Promise<void> => {
      for await (const line of commands.follow(program, args, never)) void line;
    };
    await expect(read('nft-of-nobody')).rejects.toMatchObject({ code: 'ProgramMissing' });
    await expect(read('sh', '-c', 'echo broken >&2; exit 3')).rejects.toMatchObject({
      code: 'ProgramFailed',
      message: expect.stringMatching(/ended with 3: broken/),
    });
    await expect(read('sh', '-c', "tr '\\\\0' x </dev/zero")).rejects.toMatchObject({
      message: expect.stringMatching(/a line without end/),
    });
  });
});

describe.skipIf(!canMakeNamespaces('running programs in network namespaces'))(
  'in a network namespace',
  () => {
    test('a program sees only the network of the namespace, in /proc/sys too', async () => {
      using node = new NetworkNamespace();
      node.run('ip', 'link', 'add', 'only-here', 'type', 'veth', 'peer', 'name', 'other-end');
      const { stdout } = await node.commands.run('ip', ['-br', 'link', 'show', 'only-here']);
      expect(stdout).toMatch(/^only-here@/);
      await node.commands.run('sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
      const read = async (): Promise<string> =>
        (await node.commands.run('cat', ['/proc/sys/net/ipv4/ip_forward'])).stdout.trim();
      expect(await read()).toBe('1');
    });

    test('a missing program is told from a missing namespace', async () => {
      using node = new NetworkNamespace();
      await expect(node.commands.run('ipset-of-nobody', [])).rejects.toMatchObject({
        code: 'ProgramMissing',
        message: expect.stringMatching(/install the package ipset/),
      });
      await expect(commands.inside('nowhere-1').run('true', [])).rejects.toMatchObject({
        code: 'ProgramFailed',
        message: expect.stringMatching(/nowhere-1: No such file or directory/),
      });
    });

    test('a missing namespace is a failure even where exit code 1 would be an answer', async () => {
      const asked = commands.inside('nowhere-1').run('conntrack', ['-D'], { acceptable: [1] });
      await expect(asked).rejects.toMatchObject({ code: 'ProgramFailed' });
    });
  },
);
