/**
 * Runs a program in a network namespace of its own, where nothing changes: browsers break off what they load whenever
 * an interface of their network comes or goes, and other tests make and remove such. What the program asks for on
 * loopback comes out of sockets in a folder. Arguments: the folder, the ports with commas, the program, its arguments.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

/** The socket that leads to a port. */
export const socketOf = (folder: string, port: number): string => join(folder, `port-${port}`);

/** Passes on what comes in; what breaks on one side breaks on the other. */
export function forwarding(onward: () => Socket): Server {
  return createServer((inner) => {
    const outer = onward();
    pipeline(inner, outer, () => undefined);
    pipeline(outer, inner, () => undefined);
  });
}

if (import.meta.main) {
  const [folder = '', ports = '', program = '', ...args] = process.argv.slice(2);
  spawnSync('ip', ['link', 'set', 'lo', 'up'], { stdio: 'inherit' });
  for (const port of ports.split(',').map(Number)) {
    await once(forwarding(() => connect(socketOf(folder, port))).listen(port, '127.0.0.1'), 'listening');
  }
  // The pipes that steer a browser are 3 and 4.
  const child = spawn(program, args, { stdio: [0, 1, 2, 3, 4] });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exit(code ?? 1);
}
