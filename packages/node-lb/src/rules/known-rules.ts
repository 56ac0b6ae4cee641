import type { NodePlan } from '../plan/node-plan.ts';
import type { Difference, RuleSet } from '../plan/rule-set.ts';
import { changingPart } from './changing-part.ts';

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
 * Rules whose plan is remembered between changes, so that a change is written without reading first, and costs what
 * changes. Whatever fails makes it forget: the next call reads. Calls wait for each other.
 */
export class KnownRules<State> implements RuleSet {
  readonly #place: RulePlace<State>;
  /** What is there is what this plan wants. */
  #plan: NodePlan | undefined;
  /** What was read and is not what a plan wants. */
  #found: State | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(place: RulePlace<State>) {
    this.#place = place;
  }

  apply(plan: NodePlan, signal: AbortSignal): Promise<{ changed: boolean }> {
    return this.#inTurn(signal, async () => {
      const changed = this.#plan
        ? await this.#change(this.#plan, plan, signal)
        : await this.#write(plan, this.#found ?? (await this.#place.read(signal)), signal);
      this.#plan = plan;
      return { changed };
    });
  }

  verify(plan: NodePlan, signal: AbortSignal): Promise<Difference[]> {
    return this.#inTurn(signal, async () => {
      this.#forget();
      const found = await this.#place.read(signal);
      const differences = this.#place.differences(this.#place.wanted(plan), found);
      if (differences.length === 0) this.#plan = plan;
      else this.#found = found;
      return differences;
    });
  }

  remove(signal: AbortSignal): Promise<void> {
    return this.#inTurn(signal, async () => {
      this.#forget();
      await this.#place.write(this.#place.nothing, await this.#place.read(signal), signal);
    });
  }

  async #change(before: NodePlan, after: NodePlan, signal: AbortSignal): Promise<boolean> {
    const part = changingPart(before, after);
    return part !== undefined && this.#write(part.after, this.#place.wanted(part.before), signal);
  }

  #write(plan: NodePlan, found: State, signal: AbortSignal): Promise<boolean> {
    this.#forget();
    return this.#place.write(this.#place.wanted(plan), found, signal);
  }

  #forget(): void {
    this.#plan = undefined;
    this.#found = undefined;
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
