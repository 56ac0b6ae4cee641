import type { Commands } from '../host/commands.ts';
import { KnownRules } from './known-rules.ts';
import type { Link } from '../plan/link.ts';
import { innerTable } from './nft/inner-table.ts';
import { nftPlace } from './nft/nft-place.ts';
import { ruleNames } from './owner.ts';
import type { RuleSet } from '../plan/rule-set.ts';

/** What the rules inside the bounce namespace hang on. */
export interface InnerRulesOptions {
  /** Commands that run inside the namespace. */
  readonly commands: Commands;
  readonly link: Link;
  /** Name of the nft table; `armillary` unless told. */
  readonly prefix?: string;
}

/** The rules inside the bounce namespace: nft always, since nobody else writes there. */
export function innerRules({ commands, link, prefix = 'armillary' }: InnerRulesOptions): RuleSet {
  return new KnownRules(nftPlace(commands, ruleNames(prefix).table, (plan) => innerTable(plan, link)));
}
