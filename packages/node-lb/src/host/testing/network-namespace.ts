import { execFileSync } from 'node:child_process';
import { systemCommands } from '../system-commands.ts';
import type { StreamingCommands } from '../commands.ts';

/** Whether network namespaces can be made here. Says so loudly when not, and throws in CI. */
export function canMakeNamespaces(suite: string): boolean {
  if (process.platform === 'linux' && process.getuid?.() === 0) return true;
  const message = `${suite} is NOT RUN: it needs Linux and root, to make network namespaces`;
  if (process.env['CI']) throw new Error(message);
  process.stderr.write(`${message}\n`);
  return false;
}

let made = 0;

/** A name that no other process and no other test uses, short enough for an interface. */
export function uniqueName(): string {
  return `ho-${process.pid}-${made++}`;
}

/** A network namespace of a test's own, which plays a node. */
export class NetworkNamespace implements Disposable {
  readonly name = uniqueName();
  readonly commands: StreamingCommands = systemCommands().inside(this.name);

  constructor() {
    execFileSync('ip', ['netns', 'add', this.name]);
    this.run('ip', 'link', 'set', 'lo', 'up');
  }

  /** Runs a program inside, and gives its standard output. */
  run(program: string, ...args: string[]): string {
    const enter = [`--net=/run/netns/${this.name}`, '--', program, ...args];
    return execFileSync('nsenter', enter, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  [Symbol.dispose](): void {
    execFileSync('ip', ['netns', 'delete', this.name]);
  }
}
