import { BuildRef, type ItemPath, type StopStep } from '@armillary/jenkins-client';
import type { JenkinsEngine } from '../options.ts';

/** How long a build may take to end after each way to end it, in milliseconds. */
const STEP_MS = 15_000;

const STEPS: readonly StopStep[] = ['stop', 'term', 'kill'];

interface Asked {
  readonly steps: number;
  readonly at: number;
}

/** The next way to end a build, given what was asked for already, and how long to wait then. Pure. */
export function nextStop(
  asked: Asked | undefined,
  now: number,
): { readonly send?: StopStep; readonly waitMs: number } {
  if (asked === undefined) return { send: 'stop', waitMs: STEP_MS };
  const leftMs = asked.at + STEP_MS - now;
  const send = STEPS[asked.steps];
  // A build that outlives a kill is not killed harder by more of them.
  if (send === undefined) return { waitMs: STEP_MS };
  return leftMs > 0 ? { waitMs: leftMs } : { send, waitMs: STEP_MS };
}

/**
 * Ends builds, harder with each step that does not help. What was asked for is remembered in this process alone: after
 * a restart it begins with the mildest way again.
 */
export class BuildStopper {
  readonly #engine: JenkinsEngine;
  readonly #asked = new Map<string, Asked>();

  constructor(engine: JenkinsEngine) {
    this.#engine = engine;
  }

  /** Does the next step, when it is time for one. Answers when to call again, in milliseconds. */
  async stop(uid: string, job: ItemPath, number: number, signal: AbortSignal): Promise<number> {
    const now = this.#engine.clock.now();
    const asked = this.#asked.get(uid);
    const { send, waitMs } = nextStop(asked, now);
    if (send !== undefined) {
      const build = new BuildRef(this.#engine.jenkins.connection, job, number);
      await build[send]({ signal });
      this.#asked.set(uid, { steps: (asked?.steps ?? 0) + 1, at: now });
    }
    return waitMs;
  }

  /** The run's build is over, or the run is gone. */
  forget(uid: string): void {
    this.#asked.delete(uid);
  }
}
