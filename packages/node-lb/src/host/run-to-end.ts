import type { Clock } from '@armillary/kube';
import { ChildProgram } from './child-program.ts';

/** How far a program may go. */
export interface RunLimits {
  readonly input?: string;
  readonly timeoutMs: number;
  /** Of both outputs together. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal;
}

/** How a program ended. */
export interface Ended {
  /** The exit code, or the signal that killed it. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it was ended before its time; undefined when it ended by itself. */
  readonly stopped: 'timeout' | 'output' | 'aborted' | undefined;
}

/** Runs a program to its end. Rejects with the system's error when it cannot be started. */
export type RunProgram = (argv: readonly string[], limits: RunLimits) => Promise<Ended>;

/** What a run needs of a clock. */
type Timers = Pick<Clock, 'setTimeout'>;

/** How long the rest of a program's output may take after the program itself. */
const afterExitMs = 2000;

/** How long a program that was told to end is waited for: one that waits for the kernel does not even heed SIGKILL. */
const stoppedMs = 5000;

/** Runs a program as a child of this process, as {@link RunProgram}. */
export async function runHere(argv: readonly string[], limits: RunLimits, clock: Timers): Promise<Ended> {
  return runToEnd(await ChildProgram.start(argv, clock), limits, clock);
}

/** Waits for a program that was just started, within limits; none of its group is left after. */
async function runToEnd(child: ChildProgram, limits: RunLimits, clock: Timers): Promise<Ended> {
  const { input = '', timeoutMs, maxOutputBytes, signal } = limits;
  const ended = Promise.withResolvers<number | string>();
  let stopped: Ended['stopped'];
  let cancelWait: (() => void) | undefined;
  const stop = (reason: Ended['stopped']): void => {
    stopped ??= reason;
    child.terminate();
    cancelWait ??= clock.setTimeout(() => ended.resolve('no end'), stoppedMs);
  };

  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let bytes = 0;
  for (const name of ['stdout', 'stderr'] as const) {
    child.process[name].on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxOutputBytes) output[name].push(chunk);
      else stop('output');
    });
  }
  child.process.once('exit', (code, killedBy) => {
    const end = (): void => ended.resolve(code ?? killedBy ?? 'no exit code');
    // Killed ones have nothing more to say; of others, a child may keep the pipes open for ever.
    if (stopped) return end();
    cancelWait = clock.setTimeout(end, afterExitMs);
    child.process.once('close', end);
  });
  const cancelTimeout = clock.setTimeout(() => stop('timeout'), timeoutMs);
  const onAbort = (): void => stop('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  child.process.stdin.end(input);
  try {
    const code = await ended.promise;
    const text = (name: 'stdout' | 'stderr'): string => Buffer.concat(output[name]).toString('utf8');
    return { code, stdout: text('stdout'), stderr: text('stderr'), stopped };
  } finally {
    cancelTimeout();
    cancelWait?.();
    signal?.removeEventListener('abort', onAbort);
    child.kill();
  }
}
