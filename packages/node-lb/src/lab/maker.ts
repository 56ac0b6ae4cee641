import { readFileSync } from 'node:fs';
import type { Maker } from './lab-name.ts';

/** This process. */
export function thisMaker(): Maker {
  return { pid: process.pid, startTicks: startTicksOf(process.pid) ?? 0 };
}

/** Whether the process that made something is still there. */
export function isAlive({ pid, startTicks }: Maker): boolean {
  return startTicksOf(pid) === startTicks;
}

/** Clock ticks from boot to the start of a process; undefined when there is none. */
export function startTicksOf(pid: number): number | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  // The second field is the program's name in brackets and may hold anything; the start is the 22nd (proc(5)).
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
}
