import type { Family } from '../address/protocol.ts';
import { NodeLbError } from '../errors.ts';

/** The comment on every rule of ours, and the name of an empty chain in every nft table of ours: owner and version. */
export const OWNER_MARK = 'armillary-v1';

/** Whether a comment or a chain's name is an owner mark, of this version or of another one. */
export function isOwnerMark(text: string): boolean {
  return /^armillary(-v\d+)?$/.test(text);
}

/** What things of ours are called in the kernel's tables. */
export interface RuleNames {
  /** The nft table. */
  readonly table: string;
  /** Every iptables chain begins with it. */
  readonly chainPrefix: string;
  /** Every ipset begins with it. */
  readonly setPrefix: string;
  chain(name: string): string;
  set(name: string, family: Family): string;
}

/**
 * The names under a prefix such as `armillary`. Throws `NodeLbError` `Invalid` for one that is not made of at most 15
 * small letters, digits and hyphens: a chain's name has 28 letters at most.
 */
export function ruleNames(prefix: string): RuleNames {
  if (!/^[a-z][a-z0-9-]{0,14}$/.test(prefix)) {
    throw new NodeLbError(
      'Invalid',
      `"${prefix}" cannot be the prefix of rules: write at most 15 small letters, digits and hyphens`,
    );
  }
  const chainPrefix = `${prefix.toUpperCase()}-`;
  const setPrefix = `${prefix}-`;
  return {
    table: prefix,
    chainPrefix,
    setPrefix,
    chain: (name) => chainPrefix + name,
    set: (name, family) => `${setPrefix}${name}-${family === 'IPv4' ? 4 : 6}`,
  };
}
