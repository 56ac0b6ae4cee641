import type { Difference } from './compare-answers.ts';

/** A difference from the recorded kube-apiserver 1.20.2 that is meant. */
export interface AcceptedDifference {
  /** Matches `case/step`. */
  exchange: RegExp;
  /** Matches the path into the answer. */
  path: RegExp;
  /** Further narrowing by the values. */
  when?: (difference: Difference) => boolean;
  reason: string;
}

/** Everything in which the embedded server may differ, and why. Whatever matches none of these is a bug. */
export const acceptedDifferences: readonly AcceptedDifference[] = [];

/** The reason a difference is accepted; undefined for one that is not. */
export const acceptedReason = (difference: Difference): string | undefined =>
  acceptedDifferences.find(
    ({ exchange, path, when }) =>
      exchange.test(difference.exchange) && path.test(difference.path) && (when?.(difference) ?? true),
  )?.reason;
