import { BuildRef, type ItemPath, type JenkinsError, type StopStep } from '@armillary/jenkins-client';
import { isRefusal, type InvalidObject } from '../failure.ts';
import type { JenkinsEngine } from '../options.ts';

/** How long a build may take to end after each way to end it, in milliseconds. */
const STEP_MS = 15_000;

const STEPS: readonly StopStep[] = ['stop', 'term', 'kill'];

interface Asked {
  /** How many ways were tried. */
  readonly steps: number;
  readonly at: number;
  /** What Jenkins said when it refused the next one. */
  readonly refusal?: JenkinsError | InvalidObject | undefined;
}

/** How the end of a build goes on. */
export interface StopResult {
  /** When to call again, in milliseconds. */
  readonly waitMs: number;
  /** Why Jenkins does not end it. */
  readonly refusal?: Asked['refusal'];
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

  /** Does the next step, when it is time for one. What Jenkins refuses is asked for again later. */
  async stop(uid: string, job: ItemPath, number: number, signal: AbortSignal): Promise<StopResult> {
    const now = this.#engine.clock.now();
    const asked = this.#asked.get(uid);
    const { send, waitMs } = nextStop(asked, now);
    if (send === undefined) return { waitMs, refusal: asked?.refusal };
    const steps = asked?.steps ?? 0;
    try {
      await new BuildRef(this.#engine.jenkins.connection, job, number)[send]({ signal });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#asked.set(uid, { steps, at: now, refusal: error });
      return { waitMs, refusal: error };
    }
    this.#asked.set(uid, { steps: steps + 1, at: now });
    return { waitMs };
  }

  /** The run's build is over, or the run is gone. */
  forget(uid: string): void {
    this.#asked.delete(uid);
  }
}
