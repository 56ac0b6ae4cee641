import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How many connections the kernel tracks, and how many it can. */
export interface ConntrackFill {
  readonly count: number;
  readonly max: number;
}

/** Reads it below `proc`; undefined where the kernel does not track connections, or not yet. */
export async function conntrackFill(proc = '/proc'): Promise<ConntrackFill | undefined> {
  const folder = join(proc, 'sys/net/netfilter');
  try {
    const [count, max] = await Promise.all([
      readNumber(join(folder, 'nf_conntrack_count')),
      readNumber(join(folder, 'nf_conntrack_max')),
    ]);
    return { count, max };
  } catch {
    // No such file: the module is loaded with the first rule that needs it.
    return undefined;
  }
}

async function readNumber(path: string): Promise<number> {
  const value = Number((await readFile(path, 'utf8')).trim());
  if (!Number.isInteger(value)) throw new Error(`${path} holds no number`);
  return value;
}
