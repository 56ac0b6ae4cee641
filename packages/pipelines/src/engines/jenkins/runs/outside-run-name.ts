import { createHash } from 'node:crypto';

/** Room for the number and the hash in the 253 characters of a name. */
const MAX_STEM = 220;

/**
 * The name of the run that stands for a build which nobody asked for here. The same build has the same name always, so
 * that it is taken in once; the hash tells branches apart, and builds of the same number of a job that was made anew.
 */
export function outsideRunName(
  pipeline: string,
  branch: string | undefined,
  number: number,
  startedAt: number,
): string {
  const identity = [pipeline, branch ?? '', number, startedAt].join('\n');
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  return `${pipeline.slice(0, MAX_STEM)}-${number}-${hash}`;
}
