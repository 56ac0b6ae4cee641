import type { LogWriter } from '../logs/log-writer.ts';
import { openPipe } from './output-pipe.ts';
import { signalGroup } from './process-table.ts';
import type { ProcessCommand, Spawner, StartedProcess } from './spawner.ts';

/** What a step's process is run with. */
export interface StepSurroundings {
  spawner: Spawner;
  log: Pick<LogWriter, 'write' | 'drained'>;
  /** Aborting it ends the process's group: SIGTERM, and SIGKILL after `graceMs`. */
  stop: AbortSignal;
  graceMs: number;
}

/**
 * Output that is still in the pipe after the process and its group are gone is there at once, or never. The time in which
 * the log takes nothing does not count.
 */
const drainMs = 1000;
/** So often that is looked at, in milliseconds. */
const tickMs = 20;
/** Octets; the most that a pipe can hold (pipe(7)). More than that comes from a process that left the group. */
const pipeSize = 1 << 20;

/**
 * Runs a process in a group of its own, its output going to the log in the order it was written. What it leaves
 * running when it ends is killed, as in a container.
 * @returns the exit code; a signal counts as 255, as with Tekton
 * @throws SpawnError when it cannot be started, or how it ended cannot be known
 */
export async function runStep(
  command: ProcessCommand,
  { spawner, log, stop, graceMs }: StepSurroundings,
): Promise<number> {
  const pipe = openPipe(command.pipe);
  const progress: Progress = { octets: 0, isWriting: false };
  const copying = copy(pipe.output, log, progress);
  // It is waited for below; until then its failure is not unheard of.
  copying.catch(() => undefined);
  try {
    const started = await spawner.start(command);
    pipe.release();
    const exitCode = await ended(started, stop, graceMs);
    await rest(copying, progress);
    return exitCode;
  } finally {
    pipe.release();
    pipe.output.destroy();
    await copying;
  }
}

async function ended({ pid, exit }: StartedProcess, stop: AbortSignal, graceMs: number): Promise<number> {
  let kill: NodeJS.Timeout | undefined;
  const terminate = () => {
    signalGroup(pid, 'SIGTERM');
    kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  };
  stop.addEventListener('abort', terminate, { once: true });
  if (stop.aborted) terminate();
  try {
    return (await exit) ?? 255;
  } finally {
    stop.removeEventListener('abort', terminate);
    clearTimeout(kill);
  }
}

/** How far a copy has come. */
interface Progress {
  octets: number;
  /** The log has to write before it takes more. */
  isWriting: boolean;
}

async function copy(
  output: NodeJS.ReadableStream,
  log: StepSurroundings['log'],
  progress: Progress,
): Promise<void> {
  try {
    for await (const chunk of output) {
      progress.octets += chunk.length;
      if (log.write(chunk as Buffer)) continue;
      progress.isWriting = true;
      await log.drained();
      progress.isWriting = false;
    }
  } catch (error) {
    // Destroying the pipe is how we stop waiting for output.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Waits for the end of what a process has left in the pipe; a process that left its group may keep it open for ever. */
async function rest(copying: Promise<void>, progress: Progress): Promise<void> {
  const most = progress.octets + pipeSize;
  const done = copying.then(() => true);
  for (let leftMs = drainMs; leftMs > 0 && progress.octets < most;) {
    if (await Promise.race([done, patience(tickMs)])) return;
    if (!progress.isWriting) leftMs -= tickMs;
  }
}

function patience(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}
