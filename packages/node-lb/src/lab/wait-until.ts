import { delay, systemClock } from '@armillary/kube';
import { NodeLbError } from '../errors.ts';

/** How often is looked, in milliseconds. */
const stepMs = 50;

/**
 * Asks until there is an answer, and gives it. Rejects with the signal's reason, or with `NodeLbError` (`ProgramFailed`)
 * when there is none in time; its message ends with what `inTheWay` says then.
 */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  limits: { deadlineMs: number; signal: AbortSignal; inTheWay: () => Promise<string> },
): Promise<T> {
  const clock = systemClock;
  const end = clock.now() + limits.deadlineMs;
  for (;;) {
    limits.signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (clock.now() > end) {
      throw new NodeLbError(
        'ProgramFailed',
        `the lab waited ${limits.deadlineMs / 1000} s for ${what} in vain: ${await limits.inTheWay()}`,
      );
    }
    await delay(clock, stepMs, limits.signal);
  }
}
