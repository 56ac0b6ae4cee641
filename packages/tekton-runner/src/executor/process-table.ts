import { readdirSync, readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same id. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in clock ticks since the machine's start (proc(5), field 22 of stat). */
  startTicks: number;
}

interface Stat {
  pid: number;
  group: number;
  startTicks: number;
}

/** Who a process is; `undefined` when it does not exist, or the system has no /proc. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat && { pid, startTicks: stat.startTicks };
}

/** Sends a signal to a process group. A group that has no members any more is no error. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Kills what is left of a process group that an earlier life of this program started. Processes that are older than
 * the recorded leader are somebody else's, whose group merely has the same number.
 * @returns how many processes were killed
 */
export function killLeftovers({ pid, startTicks }: ProcessIdentity): number {
  const leader = readStat(pid);
  if (leader !== undefined && leader.startTicks !== startTicks) return 0;
  const left = allStats().filter((stat) => stat.group === pid && stat.startTicks >= startTicks);
  if (left.length > 0) signalGroup(pid, 'SIGKILL');
  return left.length;
}

function allStats(): Stat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => readStat(Number(name)) ?? []);
}

function readStat(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  // The name in parentheses may hold anything, so the fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, group: Number(fields[2]), startTicks: Number(fields[19]) };
}
