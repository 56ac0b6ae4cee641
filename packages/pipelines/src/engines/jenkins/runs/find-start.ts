import type { FoundStart } from '@armillary/jenkins-client';
import type { BuildNote } from './build-note.ts';

/** A build or queue item that some other run stands for. */
interface ClaimedStart {
  readonly queueId?: number;
  readonly number?: number;
}

/** What became of a start whose outcome was not noted. */
export type StartOutcome =
  | { readonly is: 'started'; readonly start: FoundStart }
  /** Nothing came of it: it may be started, for what was sent then is not on its way any more. */
  | { readonly is: 'not-started' }
  | { readonly is: 'unknown'; readonly why: string };

/** What is known when the outcome of a start is looked for. */
export interface StartFacts {
  readonly note: BuildNote;
  readonly parameters: Readonly<Record<string, string>>;
  /** All that Jenkins tells of starts of the job, newest first. */
  readonly found: readonly FoundStart[];
  /** The number that the job's next build will have now. */
  readonly nextNumber: number;
  /** What other runs stand for. */
  readonly claimed: readonly ClaimedStart[];
}

/**
 * Finds out what became of a start. Pure. Jenkins has no key that makes a start happen once, and takes no mark that
 * would make it findable. But numbers of builds only grow, unless Jenkins is restored from a backup or the job is made
 * anew: whatever came of the start is in the queue, or is a build from the number on that was next before. Of those, it can only be one of our user with our parameters that no other
 * run stands for. One such: it is ours. None, and no number missing: nothing was started. Otherwise it cannot be told,
 * and the run fails rather than starting something twice.
 */
export function findStart({ note, parameters, found, nextNumber, claimed }: StartFacts): StartOutcome {
  const { from = 0 } = note;
  const since = found.filter(({ number }) => number === undefined || number >= from);
  const ours = since.filter(
    (start) =>
      !claimed.some((claim) => isSame(claim, start, from)) &&
      isByUser(start, note.user) &&
      hasParameters(start, parameters),
  );
  const [start, ...others] = ours;
  if (start !== undefined && others.length === 0) return { is: 'started', start };
  if (start !== undefined) {
    const list = ours.map(({ number, queueId }) =>
      number === undefined ? `queue item ${queueId}` : `#${number}`,
    );
    return { is: 'unknown', why: `Any of these may be its build: ${list.slice(0, 10).join(', ')}.` };
  }
  if (nextNumber < from)
    return {
      is: 'unknown',
      why: `The next build was to be #${from} and is #${nextNumber} now: Jenkins lost what came between.`,
    };
  const numbers = new Set(since.map(({ number }) => number));
  for (let number = from; number < nextNumber; number++)
    if (!numbers.has(number))
      return { is: 'unknown', why: `Build #${number} may have been its, and is deleted.` };
  return { is: 'not-started' };
}

/** By its queue id only a claim of now counts: after a crash of Jenkins, ids begin again. */
function isSame(claim: ClaimedStart, start: FoundStart, from: number): boolean {
  if (claim.number !== undefined && start.number !== undefined) return claim.number === start.number;
  if (claim.number !== undefined && claim.number < from) return false;
  return claim.queueId !== undefined && claim.queueId === start.queueId;
}

/** Whoever we are to Jenkins is among the causes; unknown to ourselves, everybody may be us. */
function isByUser({ causes }: FoundStart, user: string | undefined): boolean {
  // Jenkins tells a name as it was typed or as it was first known.
  const id = user?.toLowerCase();
  return (
    id === undefined || causes.some((cause) => cause.kind === 'user' && cause.userId?.toLowerCase() === id)
  );
}

/** Values that Jenkins does not tell (passwords) and parameters that were not given (defaults) cannot speak against it. */
function hasParameters(start: FoundStart, parameters: Readonly<Record<string, string>>): boolean {
  return start.parameters.every(
    ({ name, value }) =>
      value === undefined ||
      !Object.hasOwn(parameters, name) ||
      plainText(String(value)) === plainText(parameters[name] ?? ''),
  );
}

/** Jenkins may trim values, and write line ends as forms do. */
function plainText(value: string): string {
  return value.replaceAll('\r\n', '\n').trim();
}
