/**
 * Names of what a lab makes on this machine. They say which process made it and when that process started, so that a
 * later run knows what a crashed one left behind.
 */
const marker = 'armillary-lab';

/** A process of this machine, told from a later one with the same id by its start. */
export interface Maker {
  readonly pid: number;
  /** Clock ticks from boot to its start, as /proc/PID/stat has it. */
  readonly startTicks: number;
}

/** The beginning of the names of one lab's namespaces and of its temporary folder; `serial` tells the labs of one process apart. */
export function labPrefix({ pid, startTicks }: Maker, serial: number): string {
  return `${marker}-${pid}-${startTicks}-${serial}`;
}

/** Name of the lab's only network interface in the namespace that it was started in; fits into 15 letters. */
export function rootLinkName({ pid }: Maker, serial: number): string {
  return `armlab${pid.toString(36)}-${serial.toString(36)}`.slice(0, 15);
}

/** Who made a namespace or a folder, or undefined for one that no lab made. */
export function makerOf(name: string): Maker | undefined {
  const [, pid, startTicks] = /^armillary-lab-(\d+)-(\d+)-\d+(?:-|$)/.exec(name) ?? [];
  if (pid === undefined || startTicks === undefined) return undefined;
  return { pid: Number(pid), startTicks: Number(startTicks) };
}

/** The process that made an interface named by {@link rootLinkName}; undefined for any other interface. */
export function linkMakerPid(link: string): number | undefined {
  const [, pid] = /^armlab([0-9a-z]+)-[0-9a-z]+$/.exec(link) ?? [];
  return pid === undefined ? undefined : Number.parseInt(pid, 36);
}
