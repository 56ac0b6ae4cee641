import type { NodePlan } from '../plan/node-plan.ts';
import type { Difference, RuleSet } from '../plan/rule-set.ts';

/** A place that holds rules, as a state that can be wanted, read, compared and written. */
export interface RulePlace<State> {
  /** What the plan wants there. */
  wanted(plan: NodePlan): State;
  /** When nothing of ours shall be there. */
  readonly nothing: State;
  /** What is there of ours. */
  read(signal: AbortSignal): Promise<State>;
  /** How they differ, in words; empty exactly when {@link write} has nothing to do. */
  differences(wanted: State, found: State): Difference[];
  /** Brings what is found to what is wanted; false without running anything when they are equal. */
  write(wanted: State, found: State, signal: AbortSignal): Promise<boolean>;
}

/**
 * Rules whose state is remembered between changes, so that a change is written without reading first. Whatever fails
 * makes it forget: the next call reads. Calls wait for each other.
 */
export class KnownRules<State> implements RuleSet {
  readonly #place: RulePlace<State>;
  #known: State | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(place: RulePlace<State>) {
    this.#place = place;
  }

  apply(plan: NodePlan, signal: AbortSignal): Promise<{ changed: boolean }> {
    return this.#inTurn(signal, async () => {
      const found = this.#known ?? (await this.#place.read(signal));
      this.#known = undefined;
      const wanted = this.#place.wanted(plan);
      const changed = await this.#place.write(wanted, found, signal);
      this.#known = wanted;
      return { changed };
    });
  }

  verify(plan: NodePlan, signal: AbortSignal): Promise<Difference[]> {
    return this.#inTurn(signal, async () => {
      this.#known = undefined;
      this.#known = await this.#place.read(signal);
      return this.#place.differences(this.#place.wanted(plan), this.#known);
    });
  }

  remove(signal: AbortSignal): Promise<void> {
    return this.#inTurn(signal, async () => {
      this.#known = undefined;
      await this.#place.write(this.#place.nothing, await this.#place.read(signal), signal);
    });
  }

  #inTurn<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      signal.throwIfAborted();
      return call();
    });
    this.#last = result.catch(() => {});
    return result;
  }
}
