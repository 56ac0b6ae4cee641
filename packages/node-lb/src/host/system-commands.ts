import { systemClock } from '@armillary/kube';
import type { Clock } from '@armillary/kube';
import { ChildProgram } from './child-program.ts';
import type { Ran, RunOptions, StreamingCommands } from './commands.ts';
import { failedProgram, missingProgram } from './program-failure.ts';

const defaultTimeoutMs = 10_000;
const defaultMaxOutputBytes = 64 * 1024 * 1024;
/** How long the rest of a program's output may take after the program itself. */
const afterExitMs = 2000;
const maxLineLength = 1024 * 1024;

/**
 * Programs of this machine, run without a shell and with nearly no environment. They and their children are killed when
 * they hang; an aborted run rejects with the signal's reason.
 */
export function systemCommands(clock: Clock = systemClock): StreamingCommands {
  return new SystemCommands(clock, undefined);
}

class SystemCommands implements StreamingCommands {
  readonly #clock: Clock;
  readonly #namespace: string | undefined;

  constructor(clock: Clock, namespace: string | undefined) {
    this.#clock = clock;
    this.#namespace = namespace;
  }

  inside(namespace: string): StreamingCommands {
    return new SystemCommands(this.#clock, namespace);
  }

  run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const { timeoutMs = defaultTimeoutMs, maxOutputBytes = defaultMaxOutputBytes, signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const child = this.#start(program, args);
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const said = (name: 'stdout' | 'stderr'): string => Buffer.concat(output[name]).toString('utf8');
    const failure = (what: string): Error =>
      failedProgram(program, args, what, said('stderr') || said('stdout'));

    return new Promise((resolve, reject) => {
      /** Why the program is being ended before its time. */
      let stopped: (() => unknown) | undefined;
      const stop = (reason: () => unknown): void => {
        stopped ??= reason;
        child.terminate();
      };
      const cancelTimeout = this.#clock.setTimeout(
        () => stop(() => failure(`did not end within ${timeoutMs / 1000} s and was killed`)),
        timeoutMs,
      );
      const onAbort = (): void => stop(() => signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      let cancelWait: (() => void) | undefined;
      const finish = (code: number | string): void => {
        cancelTimeout();
        cancelWait?.();
        signal?.removeEventListener('abort', onAbort);
        child.kill();
        if (stopped) return reject(stopped());
        const ran = { code: Number(code), stdout: said('stdout'), stderr: said('stderr') };
        if (isMissing(ran.code, ran.stderr)) return reject(missingProgram(program));
        const accepted = code === 0 || (options.acceptable?.includes(ran.code) ?? false);
        if (accepted && !isFromLauncher(ran.code, ran.stderr)) return resolve(ran);
        reject(failure(`ended with ${code}`));
      };

      let bytes = 0;
      for (const name of ['stdout', 'stderr'] as const) {
        child.process[name].on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= maxOutputBytes) output[name].push(chunk);
          else stop(() => failure(`printed more than ${maxOutputBytes} bytes and was killed`));
        });
      }
      child.process.once('error', (error: NodeJS.ErrnoException) => {
        cancelTimeout();
        signal?.removeEventListener('abort', onAbort);
        reject(startFailure(program, args, error));
      });
      child.process.once('exit', (code, killedBy) => {
        const ended = code ?? killedBy ?? 'no exit code';
        // Killed ones have nothing more to say; of others, a child may keep the pipes open for ever.
        if (stopped) return finish(ended);
        cancelWait = this.#clock.setTimeout(() => finish(ended), afterExitMs);
        child.process.once('close', () => finish(ended));
      });
      child.process.stdin.end(options.input ?? '');
    });
  }

  async *follow(program: string, args: readonly string[], signal: AbortSignal): AsyncIterable<string> {
    if (signal.aborted) return;
    const child = this.#start(program, args, untilWeEnd);
    const ended = Promise.withResolvers<number | string>();
    const started = Promise.withResolvers<void>();
    // Whoever stops reading before the end does not ask how it ended.
    ended.promise.catch(() => {});
    let stderr = '';
    child.process.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (stderr = (stderr + text).slice(-4096)));
    child.process.once('spawn', started.resolve);
    child.process.once('error', (error) => started.reject(startFailure(program, args, error)));
    child.process.once('close', (code, killedBy) => ended.resolve(code ?? killedBy ?? 'no exit code'));
    const onAbort = (): void => child.kill();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await started.promise;
      child.process.stdin.end();
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
  #start(program: string, args: readonly string[], launcher: readonly string[] = []): ChildProgram {
    const enter =
      this.#namespace === undefined ? [] : ['nsenter', `--net=/run/netns/${this.#namespace}`, '--'];
    const [first, ...rest] = [...launcher, ...enter, program, ...args];
    return new ChildProgram(first!, rest, this.#clock);
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
  return failedProgram(program, args, `could not be started (${error.code})`, '', error);
}
