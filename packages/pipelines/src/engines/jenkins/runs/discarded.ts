import type { PipelineSpec } from '../../../kinds/pipeline.ts';
import type { BuildNote } from './build-note.ts';

const DAY_MS = 86_400_000;

/** What is known of a run whose build is gone. */
export interface GoneFacts {
  readonly note: BuildNote;
  readonly spec: PipelineSpec;
  /** The highest number of the job's builds. */
  readonly newest: number;
  readonly now: number;
  /** How long a build must have been gone. */
  readonly graceMs: number;
}

/**
 * Whether the discarder that the Pipeline itself names explains that a build is gone, so that the run may go as well.
 * A run is otherwise kept, and labelled: a build that somebody deleted in Jenkins, or a list that was wrong, is no
 * reason to lose what is known of a run. Pure.
 */
export function isDiscarded({ note, spec, newest, now, graceMs }: GoneFacts): boolean {
  if (note.goneAt === undefined || note.number === undefined || now < note.goneAt + graceMs) return false;
  const { days_to_keep, num_to_keep } = spec.pipeline?.discarder ?? {};
  const builds = limit(num_to_keep);
  const days = limit(days_to_keep);
  return (
    (builds !== undefined && newest - note.number >= builds) ||
    (days !== undefined && now - (note.startedAt ?? now) >= days * DAY_MS)
  );
}

function limit(text: string | undefined): number | undefined {
  const value = Number(text === undefined || text.trim() === '' ? Number.NaN : text);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
