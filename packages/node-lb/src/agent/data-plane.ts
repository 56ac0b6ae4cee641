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
  // What takes the place away is told by the node or found by a check; until then nobody need look.
  let isPlaceSound = false;
  return {
    async apply(plan, signal) {
      const mended = isPlaceSound ? [] : await place.ensure(signal);
      isPlaceSound = false;
      // A new namespace is empty, whatever was written to the one before it.
      if (mended.length > 0) await inner.verify(plan, signal);
      const { changed } = await rules.apply(plan, signal);
      isPlaceSound = true;
      return { changed: mended.length > 0 || changed };
    },
    async verify(plan, signal) {
      isPlaceSound = false;
      const missing = await place.check(signal);
      isPlaceSound = missing.length === 0;
      // Where that is not in order there may be nothing to read in; once mended, `apply` reads.
      const inside = isPlaceSound ? await inner.verify(plan, signal) : [];
      return [...missing, ...inside, ...(await host.verify(plan, signal))];
    },
    async remove(signal) {
      isPlaceSound = false;
      await host.remove(signal);
      // With a namespace that is gone, so is what was tracked in it.
      if ((await place.check(signal)).length === 0) await forgetAll(signal);
      await place.remove(signal);
    },
  };
}
