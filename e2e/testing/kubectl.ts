import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { findKubectls, type Kubectl } from '../../scripts/kubectl.ts';
import { runProgram, type Finished, type RunOptions } from './process.ts';

/** The kubectl programs to test with. Throws when there is none: these suites must not pass by being skipped. */
export function requiredKubectls(): Kubectl[] {
  const found = findKubectls();
  if (found.length === 0) {
    throw new Error('No kubectl 1.29 or newer: put one on the PATH, or run `npm test` as root on Debian.');
  }
  return found;
}

/** A kubectl bound to one server, with a home folder of its own so that no discovery cache is shared. */
export class KubectlSession {
  readonly #path: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #folder: string;

  constructor(kubectl: Kubectl, kubeconfig: string, folder: string) {
    this.#path = kubectl.path;
    this.#folder = folder;
    this.env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), KUBECONFIG: kubeconfig, LC_ALL: 'C' };
  }

  /** Runs to the end, whatever the exit code; the working folder is the session's. */
  async run(args: string[], options: RunOptions = {}): Promise<Finished> {
    const env = { ...this.env, ...options.env };
    return await runProgram(this.#path, args, { cwd: this.#folder, ...options, env });
  }

  /** Runs and returns standard output; throws with kubectl's own words when it fails. */
  async out(args: string[], options: RunOptions = {}): Promise<string> {
    const result = await this.run(args, options);
    if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`);
    return result.stdout;
  }

  /** Starts a kubectl that goes on, such as `get -w` or `logs -f`. */
  start(args: string[]): ChildProcess & { output(): string } {
    const child = spawn(this.#path, args, { env: this.env, cwd: this.#folder });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    return Object.assign(child, { output: () => output });
  }
}
