import { annotation } from '../../../kinds/metadata.ts';
import type { PipelineRun } from '../../../kinds/pipeline-run.ts';
import { jenkinsAnnotation } from '../metadata.ts';
import { outsideRunName } from './outside-run-name.ts';

/** What a run notes of its build, so that a controller that starts anew goes on where the last one ended. */
export interface BuildNote {
  /** The run's UID, so that a copy of the run does not take the build for its own. Absent on runs taken in. */
  readonly uid?: string;
  /** Written before the start: the number that the job's next build was to have. */
  readonly from?: number;
  /** Written before the start: when, in milliseconds since 1970 by our clock. */
  readonly at?: number;
  /** Whom Jenkins takes us for: the cause of our builds. */
  readonly user?: string;
  /** Written after the start. */
  readonly queueId?: number;
  /** Written when the build has one; from then on it is the identity, together with `startedAt`. */
  readonly number?: number;
  /** By Jenkins' clock, in milliseconds since 1970. Numbers begin again when a job is deleted and made anew. */
  readonly startedAt?: number;
  /** Stages were told after the end: there is nothing more to tell. */
  readonly settled?: boolean;
  /** When Jenkins was first seen without the build, in milliseconds since 1970 by our clock. */
  readonly goneAt?: number;
}

/** The note of a run that is its own: neither copied from another run nor garbled. */
export function buildNote(run: PipelineRun): BuildNote | undefined {
  const { annotations, uid, name = '' } = run.metadata;
  const text = annotations?.[jenkinsAnnotation.build];
  if (text === undefined) return upstreamNote(run);
  const note = parse(text);
  if (note === undefined) return undefined;
  if (note.uid !== undefined) return note.uid === uid ? note : undefined;
  const { number, startedAt } = note;
  if (number === undefined || startedAt === undefined) return undefined;
  const taken = outsideRunName(run.spec.pipelineRef.name ?? '', run.spec.scm?.refName, number, startedAt);
  return taken === name ? note : undefined;
}

/**
 * What KubeSphere's own controller left on a run before this engine took over: the number alone. A copy of such a run
 * has no status, and is a new run.
 */
function upstreamNote({ metadata, status }: PipelineRun): BuildNote | undefined {
  const number = Number(metadata.annotations?.[annotation.runId]);
  const ended = status?.completionTime !== undefined;
  const ours = metadata.annotations?.[annotation.runIdOwner] !== undefined;
  return ended && !ours && Number.isSafeInteger(number) && number > 0 ? { number, settled: true } : undefined;
}

/** A note as the value of its annotation. */
export function noteText(note: BuildNote): string {
  return JSON.stringify(note);
}

function parse(text: string): BuildNote | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = Object.entries(value).filter(([name, field]) => isField(name, field));
  return Object.fromEntries(fields);
}

function isField(name: string, field: unknown): boolean {
  if (name === 'uid' || name === 'user') return typeof field === 'string';
  if (name === 'settled') return typeof field === 'boolean';
  return Number.isSafeInteger(field) && (field as number) >= 0;
}
