import { systemClock } from '@armillary/kube';
import type { Clock } from '@armillary/kube';
import { ChildProgram } from './child-program.ts';
import type { Ran, RunOptions, StreamingCommands } from './commands.ts';
import { runHere, type RunProgram } from './run-to-end.ts';
import { failedProgram, missingProgram } from './program-failure.ts';

const defaultTimeoutMs = 10_000;
const defaultMaxOutputBytes = 64 * 1024 * 1024;
const maxLineLength = 1024 * 1024;

/**
 * Programs of this machine, run without a shell and with nearly no environment. They and their children are killed when
 * they hang; an aborted run rejects with the signal's reason. Those that run to their end are children of this process
 * unless `runProgram` makes them somebody else's.
 */
export function systemCommands(clock: Clock = systemClock, runProgram?: RunProgram): StreamingCommands {
  return new SystemCommands(clock, runProgram ?? ((argv, limits) => runHere(argv, limits, clock)), undefined);
}

class SystemCommands implements StreamingCommands {
  readonly #clock: Clock;
  readonly #runProgram: RunProgram;
  readonly #namespace: string | undefined;

  constructor(clock: Clock, runProgram: RunProgram, namespace: string | undefined) {
    this.#clock = clock;
    this.#runProgram = runProgram;
    this.#namespace = namespace;
  }

  inside(namespace: string): StreamingCommands {
    return new SystemCommands(this.#clock, this.#runProgram, namespace);
  }

  async run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    options.signal?.throwIfAborted();
    const limits = { timeoutMs: defaultTimeoutMs, maxOutputBytes: defaultMaxOutputBytes, ...options };
    const ended = await this.#runProgram(this.#argv(program, args), limits).catch((error: Error) => {
      throw startFailure(program, args, error);
    });
    const { code, stdout, stderr } = ended;
    const failure = (what: string): Error => failedProgram(program, args, what, stderr || stdout);
    if (ended.stopped === 'aborted') throw options.signal?.reason;
    if (ended.stopped === 'timeout')
      throw failure(`did not end within ${limits.timeoutMs / 1000} s and was killed`);
    if (ended.stopped === 'output')
      throw failure(`printed more than ${limits.maxOutputBytes} bytes and was killed`);
    const ran = { code: Number(code), stdout, stderr };
    if (isMissing(ran.code, stderr)) throw missingProgram(program);
    const isAnswer = code === 0 || (options.acceptable?.includes(ran.code) ?? false);
    if (!isAnswer || isFromLauncher(ran.code, stderr)) throw failure(`ended with ${code}`);
    return ran;
  }

  async *follow(
    program: string,
    args: readonly string[],
    signal: AbortSignal,
    input = '',
  ): AsyncIterable<string> {
    if (signal.aborted) return;
    const argv = [...untilWeEnd, ...this.#argv(program, args)];
    const child = await ChildProgram.start(argv, this.#clock).catch((error: Error) => {
      throw startFailure(program, args, error);
    });
    const ended = Promise.withResolvers<number | string>();
    let stderr = '';
    child.process.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (stderr = (stderr + text).slice(-4096)));
    child.process.once('close', (code, killedBy) => ended.resolve(code ?? killedBy ?? 'no exit code'));
    const onAbort = (): void => child.kill();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      child.process.stdin.end(input);
      let rest = '';
      for await (const text of child.process.stdout.setEncoding('utf8')) {
        const lines = (rest + text).split('\n');
        rest = lines.pop()!;
        if (rest.length > maxLineLength) throw failedProgram(program, args, 'printed a line without end', '');
        yield* lines;
      }
      if (rest !== '') yield rest;
      const code = await ended.promise;
      if (isMissing(Number(code), stderr)) throw missingProgram(program);
      if (code !== 0) throw failedProgram(program, args, `ended with ${code}`, stderr);
    } catch (error) {
      // Its pipes are torn down when it is aborted: that is no failure.
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      child.kill();
    }
  }

  /**
   * Only the network is another one in a namespace. `ip netns exec` would also mount /sys anew, which the programs need
   * not and a container may not; /proc/sys/net follows the process in either.
   */
  #argv(program: string, args: readonly string[]): readonly string[] {
    const enter =
      this.#namespace === undefined ? [] : ['nsenter', `--net=/run/netns/${this.#namespace}`, '--'];
    return [...enter, program, ...args];
  }
}

/** Ends the program when this process is killed; what runs to its end by itself is better left to do so. */
const untilWeEnd = ['setpriv', '--pdeathsig', 'KILL', '--'];

/** What those say who start a program is never its answer, whatever their exit code. */
function isFromLauncher(code: number, stderr: string): boolean {
  return code !== 0 && /^(nsenter|setpriv): /.test(stderr);
}

function isMissing(code: number, stderr: string): boolean {
  return code === 127 && isFromLauncher(code, stderr);
}

function startFailure(program: string, args: readonly string[], error: NodeJS.ErrnoException): Error {
  // The path is that of what was started, which may be a launcher.
  if (error.code === 'ENOENT') return missingProgram(error.path ?? program, error);
  const what = error.code ? `could not be started (${error.code})` : `was lost: ${error.message}`;
  return failedProgram(program, args, what, '', error);
}
