import { spawn } from 'node:child_process';
import { ended, eventually } from './process.ts';
import { freePort } from './free-port.ts';

/** A program of the system that serves HTTP on loopback. */
export interface ServerProgram {
  url: string;
  pid: number;
  /** Those it was given, the one of `url` first. */
  ports: readonly number[];
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** What to start. */
export interface ServerProgramOptions {
  command: string;
  args(ports: readonly number[]): string[];
  /** How many ports it listens on; one when absent. */
  ports?: number;
  /** Answered with 200 once it serves. */
  readyPath: string;
}

/**
 * Starts a program on ports that were free a moment ago, and on others when somebody took one of them meanwhile. Throws
 * with its last words when it ends instead, and never skips a suite because it is missing.
 */
export async function startServerProgram(options: ServerProgramOptions): Promise<ServerProgram> {
  for (let attempt = 1; ; attempt++) {
    const ports = await Promise.all(Array.from({ length: options.ports ?? 1 }, freePort));
    const url = `http://127.0.0.1:${ports[0]}`;
    const child = spawn(options.command, options.args(ports), { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4000)));
    child.once('error', (error) => (said += error.message));
    const gone = (): boolean =>
      child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    await eventually(`${options.command} serves`, async () => {
      if (gone()) return true;
      const response = await fetch(`${url}${options.readyPath}`).catch(() => undefined);
      await response?.arrayBuffer();
      return response?.ok;
    });
    if (!gone()) {
      return {
        url,
        pid: child.pid!,
        ports,
        async stop(signal) {
          child.kill(signal);
          await ended(child);
        },
      };
    }
    if (attempt === 5 || !said.includes('address already in use')) {
      throw new Error(`${options.command} does not start:\n${said}`);
    }
  }
}
