import { readFileSync, readdirSync } from 'node:fs';

/** As many open files are left for what else the process does: programs and their pipes, connections, listings. */
const reserve = 64;

/**
 * How many open files may be sockets that hold ports. The process must go on being able to start programs: without them
 * it could not even take back what it can no longer serve.
 */
export class FileAllowance {
  #left: number;

  constructor(count: number) {
    this.#left = count;
  }

  /** Of this process: up to its limit, beside those that are open now and a reserve. Without a limit where none is told. */
  static ofThisProcess(): FileAllowance {
    let limits: string;
    try {
      limits = readFileSync('/proc/self/limits', 'utf8');
    } catch {
      // Only Linux says it this way; elsewhere the system refuses by itself.
      return new FileAllowance(Infinity);
    }
    const soft = /^Max open files +(\d+) /m.exec(limits)?.[1];
    if (soft === undefined) return new FileAllowance(Infinity);
    return new FileAllowance(Number(soft) - readdirSync('/proc/self/fd').length - reserve);
  }

  /** Takes one; false when there is none. */
  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left -= 1;
    return true;
  }

  giveBack(): void {
    this.#left += 1;
  }
}
