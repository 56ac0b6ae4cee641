import type { IpFacts } from './ip-facts.ts';

/**
 * The alias that lo gets in our namespace, as nothing else there can carry a mark: it stays as long as the namespace,
 * whatever becomes of the link and the rules.
 */
export const OWNER_MARK = 'armillary';

/** Whether our mark is on a namespace. */
export function isMarked({ interfaces }: IpFacts): boolean {
  return interfaces.some(({ ifname, ifalias }) => ifname === 'lo' && ifalias === OWNER_MARK);
}

/**
 * Whether a namespace that is called like ours is somebody else's. One in which nothing is up serves nobody: we may have
 * been interrupted between making and marking it.
 */
export function isForeign(facts: IpFacts): boolean {
  return !isMarked(facts) && facts.interfaces.some(({ flags }) => flags.includes('UP'));
}
