/**
 * The process that starts the steps of a runner, told what to do over its channel. To fork takes time in proportion
 * to the memory of the process that forks, so a small one does it. When the runner ends, in whatever way, the channel
 * closes, and its steps end with it.
 */
import { execFile, spawn } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { killStragglers, signalGroup } from './process-table.ts';
import type { ProcessCommand, SpawnerAnswer, SpawnerRequest } from './spawner.ts';

const groups = new Set<number>();

/** The runner may be gone, which `disconnect` deals with. */
function answer(message: SpawnerAnswer): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

/** Opens the writing end of a named pipe and removes its name. */
function openPipe(path: string): number {
  // A named pipe without a reader blocks whoever opens it for writing, and the runner may end at any moment.
  const reader = openSync(path, constants.O_RDWR);
  try {
    return openSync(path, constants.O_WRONLY);
  } finally {
    closeSync(reader);
    unlinkSync(path);
  }
}

function start(id: number, { file, args, folder, environment, pipe }: ProcessCommand): void {
  const output = openPipe(pipe);
  try {
    const child = spawn(file, args, {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ['ignore', output, output],
    });
    const { pid } = child;
    child.once('error', ({ message }) => answer({ id, error: message }));
    if (pid === undefined) return;
    groups.add(pid);
    answer({ id, pid });
    child.once('exit', (code) => {
      // What the step left running in its group must be gone before its number can be somebody else's.
      signalGroup(pid, 'SIGKILL');
      groups.delete(pid);
      answer({ id, exitCode: code });
    });
  } finally {
    closeSync(output);
  }
}

function carryOut(request: SpawnerRequest): void {
  const { id } = request;
  switch (request.do) {
    case 'start':
      start(id, request.command);
      return;
    case 'make-pipes':
      execFile('mkfifo', ['-m', '600', ...request.paths], (error) =>
        answer({ id, ...(error !== null && { error: error.message }) }),
      );
      return;
    case 'kill-stragglers':
      killStragglers(request.podsFolder, (uid) => uid === request.uid);
      answer({ id });
  }
}

process.on('message', (request: SpawnerRequest) => {
  const { id } = request;
  try {
    carryOut(request);
  } catch (error) {
    answer({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
process.once('disconnect', () => {
  for (const group of groups) signalGroup(group, 'SIGKILL');
  process.exit();
});
// A terminal's Ctrl-C goes to this process too; the runner decides what ends when.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
