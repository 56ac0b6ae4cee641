import { itemRoute, type ItemPath } from '../address/item-path.ts';

/** Which jobs to watch. */
export interface WatchedJobs {
  /** Jobs, or folders and multibranch projects for all that is in them. Everything on the server when absent. */
  readonly items?: readonly ItemPath[] | undefined;
  /**
   * How many levels below each item to look for jobs. When absent: 2, which reaches the branches of a folder's projects;
   * and 4 for everything on the server.
   */
  readonly depth?: number | undefined;
}

/** One request: where it is sent to, and how many levels of jobs below that it asks for. */
export interface WatchRequest {
  readonly base: ItemPath;
  readonly path: string;
  readonly levels: number;
}

/** With jobs in more top-level folders than this, one request to the root takes the place of one to each. */
const mostRequests = 5;

/**
 * The fewest requests that see all watched jobs: one for each top-level folder, sent to what the wanted items in it
 * have in common; with more than five such folders, one to the root. Jenkins cannot be asked for jobs by name, so an
 * answer holds the neighbours of the wanted jobs, too: watch folders that hold little else.
 */
export function planRequests(jobs: WatchedJobs): readonly WatchRequest[] {
  const { items, depth } = withDefaults(jobs);
  const groups = new Map<string, ItemPath[]>();
  for (const item of items) {
    const top = item[0] ?? '';
    groups.set(top, [...(groups.get(top) ?? []), item]);
  }
  const together = groups.size > mostRequests || groups.has('');
  return (together ? [[...items]] : [...groups.values()]).map((group) => {
    const base = group.reduce(commonPath);
    const deepest = Math.max(...group.map((item) => item.length));
    return { base, path: itemRoute(base, 'api/json'), levels: deepest - base.length + depth };
  });
}

/** Whether a job is one of the watched items or in one of them. */
export function isWatched(jobs: WatchedJobs, job: ItemPath): boolean {
  const { items, depth } = withDefaults(jobs);
  return items.some(
    (item) => job.length <= item.length + depth && item.every((name, index) => job[index] === name),
  );
}

function commonPath(a: ItemPath, b: ItemPath): ItemPath {
  const differs = a.findIndex((name, index) => name !== b[index]);
  return differs === -1 ? a : a.slice(0, differs);
}

function withDefaults({ items, depth }: WatchedJobs): { items: readonly ItemPath[]; depth: number } {
  return items ? { items, depth: depth ?? 2 } : { items: [[]], depth: depth ?? 4 };
}
