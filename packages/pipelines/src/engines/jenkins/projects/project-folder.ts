import { select, type Jenkins } from '@armillary/jenkins-client';
import { isGone } from '../failure.ts';

/** Marks the folders that were made here. A folder without it belongs to somebody else, and is kept while it is used. */
const MARK = 'Made by Armillary for the DevOps project';

const shape = select({ description: true, jobs: { name: true } });

/** Makes the folder of a project when there is none. An existing one is used as it is. */
export async function ensureFolder(jenkins: Jenkins, project: string, signal: AbortSignal): Promise<void> {
  await jenkins.folders.create([project], { ifMissing: true, description: `${MARK} ${project}.`, signal });
}

/** Does work that needs the folder of a project, and makes the folder when that is what was missing. */
export async function inFolder<T>(
  jenkins: Jenkins,
  project: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isGone(error)) throw error;
    await ensureFolder(jenkins, project, signal);
    return work();
  }
}

/** What is to become of a folder whose project goes. */
export type FolderEnd = 'delete' | 'keep';

/** A folder that was made here goes with all that is in it, as in KubeSphere; an adopted one only when it is empty. */
export async function folderEnd(jenkins: Jenkins, project: string, signal: AbortSignal): Promise<FolderEnd> {
  const { description, jobs } = await jenkins.item(project).get(shape, { signal });
  const made = typeof description === 'string' && description.startsWith(MARK);
  return made || (jobs ?? []).length === 0 ? 'delete' : 'keep';
}
