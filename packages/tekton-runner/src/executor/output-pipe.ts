import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A pipe whose writing end becomes the standard output and error of a process. */
export interface OutputPipe {
  /** For `stdio`; close it with `release` once the process has it. */
  writeFd: number;
  output: Socket;
  release(): void;
}

/**
 * Makes named pipes. Node's own pipes to a child are sockets, which `echo > /dev/stderr` cannot open, and there would
 * be two, which lose the order of the lines; a named pipe is what a container has, and one serves both.
 */
export async function makePipes(paths: readonly string[]): Promise<void> {
  if (paths.length > 0) await run('mkfifo', ['-m', '600', ...paths]);
}

/** Opens both ends of a named pipe and removes its name. */
export function openPipe(path: string): OutputPipe {
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  let held = true;
  return {
    writeFd,
    output: new Socket({ fd: readFd, readable: true, writable: false }),
    release() {
      if (held) closeSync(writeFd);
      held = false;
    },
  };
}
