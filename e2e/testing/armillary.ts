import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ended } from './process.ts';

/** The command line under test, run from its source. */
export const armillary: string = fileURLToPath(
  new URL('../../packages/armillary/src/main.ts', import.meta.url),
);

/** A running `armillary up`, or one role of it. */
export interface Running {
  process: ChildProcess;
  ready: { api: string; kubeconfig: string; notifications: string; sidecar: string };
  /** All of standard error so far. */
  stderr(): string;
  /** Sends SIGTERM and resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `armillary ARGS --output json` and resolves when it prints its ready line. */
export async function startArmillary(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const child = spawn(process.execPath, [armillary, ...args, '--output', 'json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ready = await new Promise<Running['ready']>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { event: string } & Running['ready'];
      if (event.event === 'ready') resolve(event);
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`armillary ${args.join(' ')} exited with ${code}:\n${stderr}`)),
    );
  });
  return {
    process: child,
    ready,
    stderr: () => stderr,
    async stop() {
      child.kill('SIGTERM');
      await ended(child);
      return child.exitCode;
    },
  };
}

/** The process of a role that an `up` of this process id has started: `api`, `controller`, `notification-manager`. */
export async function processOfRole(up: number | undefined, role: string): Promise<number> {
  const children = await readFile(`/proc/${up}/task/${up}/children`, 'utf8');
  for (const child of children.trim().split(' ')) {
    // It may have ended since.
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.split('\0')[2] === role) return Number(child);
  }
  throw new Error(`no process has the role ${role}`);
}

/** A folder that is gone when the test file is through: pass its `remove` to `afterAll`. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'armillary-e2e-'));
  return { path, remove: async () => await rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
