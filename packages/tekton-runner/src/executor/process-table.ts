import { readdirSync, readFileSync } from 'node:fs';

/**
 * Sends a signal to a process group. A group that has no members any more is no error, nor one of which all that is
 * left runs as another user, as after `sudo`.
 */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** More rounds than a process that starts others while it is being ended can survive for long. */
const rounds = 5;

/**
 * Kills the processes that steps of pods have left: a step may leave its group, but what it starts inherits its
 * variables, and HOME and TMPDIR of a step are folders of its pod. What was in a group with them goes too. Where the
 * system has no /proc none are found.
 * @param podsFolder the folder that holds the folders of all pods
 * @param isMeant tells by the pod's uid which
 * @returns how many were found
 */
export function killStragglers(podsFolder: string, isMeant: (uid: string) => boolean): number {
  let killed = 0;
  for (let round = 0; round < rounds; round++) {
    const left = processesOfPods(podsFolder).filter(({ uid }) => isMeant(uid));
    if (left.length === 0) break;
    for (const { group } of left) signalGroup(group, 'SIGKILL');
    killed += left.length;
  }
  return killed;
}

function processesOfPods(podsFolder: string): { group: number; uid: string }[] {
  const mark = `=${podsFolder}/`;
  return processIds().flatMap((pid) => {
    const environment = read(`/proc/${pid}/environ`);
    // Nearly all processes are other people's.
    if (environment?.includes(mark) !== true) return [];
    const variables = environment.toString().split('\0');
    const home = variables.find((text) => text.startsWith(`HOME${mark}`) || text.startsWith(`TMPDIR${mark}`));
    const uid = home?.slice(home.indexOf(mark) + mark.length).split('/')[0];
    const group = groupOf(pid);
    return uid === undefined || group === undefined ? [] : { group, uid };
  });
}

function processIds(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The process group of a process; `undefined` for one that has ended. */
function groupOf(pid: string): number | undefined {
  const stat = read(`/proc/${pid}/stat`)?.toString('latin1');
  // The name in parentheses may hold anything, so the fields are counted from its end (proc(5)).
  const [state, , group] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return group === undefined || state === 'Z' ? undefined : Number(group);
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // It has ended meanwhile, or belongs to another user: none that a step of ours left.
    return undefined;
  }
}
