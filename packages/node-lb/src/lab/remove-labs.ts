import { lstat, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Commands } from '../host/commands.ts';
import { deleteIfThere } from '../host/delete-if-there.ts';
import { isAlive, startTicksOf } from './maker.ts';
import { linkMakerPid, makerOf } from './lab-name.ts';
import type { LabLayout } from './layout.ts';

/**
 * Removes one lab: ends every process in its namespaces, then the namespaces, and with them all rules and links; last its
 * link in this one. What is not there is no error, so it can be called at any time.
 */
export async function removeLab({ prefix, root }: LabLayout, commands: Commands): Promise<void> {
  const own = (await namespaces(commands)).filter((name) => name.startsWith(`${prefix}-`));
  await removeNamespaces(own, commands);
  await removeLinks([root.link], commands);
}

/**
 * Removes what labs of crashed or killed processes left behind on this machine; labs whose process lives are left alone.
 * Its folders for temporary files go, too. Answers the names of the namespaces and links that are gone now.
 */
export async function removeStaleLabs(commands: Commands): Promise<string[]> {
  const stale = (await namespaces(commands)).filter(isStale);
  const staleLinks = (await links(commands)).filter((name) => {
    const pid = linkMakerPid(name);
    return pid !== undefined && startTicksOf(pid) === undefined;
  });
  await removeNamespaces(stale, commands);
  await removeLinks(staleLinks, commands);
  // Among other things they hold credentials.
  for (const name of (await readdir(tmpdir())).filter(isStale)) {
    const folder = join(tmpdir(), name);
    if (await isOwn(folder)) await rm(folder, { recursive: true, force: true });
  }
  return [...stale, ...staleLinks];
}

/**
 * Whether a folder is this user's. Anybody may make one of that name where temporary files are, and put a link in the
 * place of what is in it while it is being removed: root would then remove what the link leads to.
 */
async function isOwn(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === process.getuid?.();
}

function isStale(name: string): boolean {
  const maker = makerOf(name);
  return maker !== undefined && !isAlive(maker);
}

/** A namespace lives as long as a process in it, whatever its name: so those end first. */
async function removeNamespaces(names: readonly string[], commands: Commands): Promise<void> {
  await Promise.all(names.map((name) => endProcesses(name, commands)));
  if (names.length === 0) return;
  // Another run may be at the same stale lab: what it took away is no failure.
  await commands.run('ip', ['-force', '-batch', '-'], {
    input: names.map((name) => `netns delete ${name}\n`).join(''),
    acceptable: [1],
  });
}

async function endProcesses(namespace: string, commands: Commands): Promise<void> {
  const { stdout } = await commands.run('ip', ['netns', 'pids', namespace], { acceptable: [1, 255] });
  for (const pid of stdout
    .split('\n')
    .map(Number)
    .filter((number) => number > 1)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

async function removeLinks(names: readonly string[], commands: Commands): Promise<void> {
  const present = new Set(await links(commands));
  for (const name of names.filter((link) => present.has(link))) {
    await deleteIfThere(commands, ['link', 'delete', name]);
  }
}

async function namespaces(commands: Commands): Promise<string[]> {
  return namesOf((await commands.run('ip', ['-json', 'netns', 'list'])).stdout, 'name');
}

async function links(commands: Commands): Promise<string[]> {
  return namesOf((await commands.run('ip', ['-json', 'link', 'show', 'type', 'veth'])).stdout, 'ifname');
}

/** `ip` prints nothing at all, or an empty object, where there is nothing to list. */
function namesOf(json: string, key: string): string[] {
  const list: unknown = json.trim() === '' ? [] : JSON.parse(json);
  if (!Array.isArray(list)) return [];
  return list
    .map((entry) => (entry as Record<string, unknown> | null)?.[key])
    .filter((name) => typeof name === 'string');
}
