import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { LogWriter } from '../logs/log-writer.ts';
import { openPipe } from './output-pipe.ts';
import { identify, type ProcessIdentity, signalGroup } from './process-table.ts';

/** One process to run. */
export interface StepCommand {
  file: string;
  args: readonly string[];
  folder: string;
  environment: ReadonlyMap<string, string>;
  /** A named pipe, made before. */
  pipe: string;
  log: LogWriter;
  /** Told before the process can do anything that outlives us. */
  started: (identity: ProcessIdentity) => void;
}

/** How a process ended: `undefined` when it could not be started; a signal counts as 255, as with Tekton. */
export interface StepExit {
  exitCode: number;
  error?: Error;
}

/** Output that is still in the pipe after the process and its group are gone is there at once, or never. */
const drainMs = 1000;

/**
 * Runs a process in a group of its own, its output going to the log in the order it was written. What it leaves
 * running when it ends is killed, as in a container.
 * @param stop aborting it ends the group: SIGTERM, and SIGKILL after `graceMs`
 */
export async function runStep(command: StepCommand, stop: AbortSignal, graceMs: number): Promise<StepExit> {
  const pipe = openPipe(command.pipe);
  const copying = copy(pipe.output, command.log);
  const child = start(command, pipe.writeFd);
  pipe.release();
  const pid = child instanceof Error ? undefined : child.pid;
  if (child instanceof Error || pid === undefined) {
    const error = child instanceof Error ? child : ((await once(child, 'error')) as [Error])[0];
    pipe.output.destroy();
    await copying;
    return { exitCode: 1, error };
  }
  command.started(identify(pid) ?? { pid, startTicks: 0 });
  const exitCode = await ended(child, pid, stop, graceMs);
  signalGroup(pid, 'SIGKILL');
  await Promise.race([copying, patience(drainMs)]);
  pipe.output.destroy();
  await copying;
  return { exitCode };
}

/** Some failures are thrown (arguments that are too long), others are told by the child (no such interpreter). */
function start({ file, args, folder, environment }: StepCommand, output: number): ChildProcess | Error {
  try {
    return spawn(file, [...args], {
      cwd: folder,
      env: Object.fromEntries(environment),
      detached: true,
      stdio: ['ignore', output, output],
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function ended(child: ChildProcess, pid: number, stop: AbortSignal, graceMs: number): Promise<number> {
  let kill: NodeJS.Timeout | undefined;
  const terminate = () => {
    signalGroup(pid, 'SIGTERM');
    kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  };
  stop.addEventListener('abort', terminate, { once: true });
  if (stop.aborted) terminate();
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 255;
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
