import type { Difference, RuleSet } from '../plan/rule-set.ts';
import { joinedRules } from '../rules/joined-rules.ts';

/** The bounce namespace and its link, as far as the rules need them. */
export interface BouncePlace {
  /** What is missing or wrong. */
  check(signal: AbortSignal): Promise<Difference[]>;
  /** Mends what `check` finds; answers what it was. */
  ensure(signal: AbortSignal): Promise<Difference[]>;
  remove(signal: AbortSignal): Promise<void>;
}

/** The parts of a data plane. */
export interface DataPlaneParts {
  place: BouncePlace;
  /** The rules inside the namespace. */
  inner: RuleSet;
  /** The rules of the node. */
  host: RuleSet;
  /** Forgets the connections that go by these rules; the namespace is there. */
  forgetAll: (signal: AbortSignal) => Promise<void>;
}

/**
 * The whole of the node's data plane as one thing: the bounce namespace, the rules in it, and the rules of the node that
 * lead there.
 */
export function dataPlane({ place, inner, host, forgetAll }: DataPlaneParts): RuleSet {
  // What the node sends into the namespace must find its way there, also while ports come, go and change their way.
  const rules = joinedRules({ inner, host });
  return {
    async apply(plan, signal) {
      const mended = await place.ensure(signal);
      // A new namespace is empty, whatever was written to the one before it.
      if (mended.length > 0) await inner.verify(plan, signal);
      const { changed } = await rules.apply(plan, signal);
      return { changed: mended.length > 0 || changed };
    },
    async verify(plan, signal) {
      const missing = await place.check(signal);
      // Where that is not in order there may be nothing to read in; once mended, `apply` reads.
      const inside = missing.length === 0 ? await inner.verify(plan, signal) : [];
      return [...missing, ...inside, ...(await host.verify(plan, signal))];
    },
    async remove(signal) {
      await host.remove(signal);
      // With a namespace that is gone, so is what was tracked in it.
      if ((await place.check(signal)).length === 0) await forgetAll(signal);
      await place.remove(signal);
    },
  };
}
