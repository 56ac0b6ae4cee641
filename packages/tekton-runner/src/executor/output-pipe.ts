import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';

/**
 * The reading end of a named pipe whose writing end becomes the standard output and error of a process. Node's own
 * pipes to a child are sockets, which `echo > /dev/stderr` cannot open, and there would be two, which lose the order
 * of the lines; a named pipe is what a container has, and one serves both.
 */
export interface OutputPipe {
  output: Socket;
  /** To be called once the process has the writing end, or never will: until then the pipe does not end. */
  release(): void;
}

/** Opens a named pipe for reading. */
export function openPipe(path: string): OutputPipe {
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  // Without any writer the reader would see the end before the beginning.
  const holdFd = openSync(path, constants.O_WRONLY);
  let held = true;
  return {
    output: new Socket({ fd: readFd, readable: true, writable: false }),
    release() {
      if (held) closeSync(holdFd);
      held = false;
    },
  };
}
