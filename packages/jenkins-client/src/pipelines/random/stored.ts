/** Configurations as any version of Jenkins may have stored them, for the tests of pipelines. It is not published. */
import type { Rolls } from './file.ts';
import { RandomJob } from './job.ts';
import { RandomMultibranch } from './multibranch.ts';

/** A file, and what in it is of somebody else. */
export function randomStored(kind: 'job' | 'multibranch', roll: Rolls) {
  const file = kind === 'job' ? new RandomJob(roll) : new RandomMultibranch(roll);
  return { text: file.write(), foreign: file.foreign };
}
