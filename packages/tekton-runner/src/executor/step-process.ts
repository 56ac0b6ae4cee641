import type { LogWriter } from '../logs/log-writer.ts';
import { openPipe } from './output-pipe.ts';
import { signalGroup } from './process-table.ts';
import type { ProcessCommand, Spawner, StartedProcess } from './spawner.ts';

/** What a step's process is run with. */
export interface StepSurroundings {
  spawner: Spawner;
  log: LogWriter;
  /** Aborting it ends the process's group: SIGTERM, and SIGKILL after `graceMs`. */
  stop: AbortSignal;
  graceMs: number;
}

/** Output that is still in the pipe after the process and its group are gone is there at once, or never. */
const drainMs = 1000;

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
  const copying = copy(pipe.output, log);
  // It is waited for below; until then its failure is not unheard of.
  copying.catch(() => undefined);
  try {
    const started = await spawner.start(command);
    pipe.release();
    const exitCode = await ended(started, stop, graceMs);
    await Promise.race([copying, patience(drainMs)]);
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

async function copy(output: NodeJS.ReadableStream, log: LogWriter): Promise<void> {
  try {
    for await (const chunk of output) {
      if (!log.write(chunk as Buffer)) await log.drained();
    }
  } catch (error) {
    // Destroying the pipe is how we stop waiting for output.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
