import type { Commands } from '../host/commands.ts';
import { iptablesBackends, iptablesPlace } from './iptables/iptables-place.ts';
import type { BackendRole } from './iptables/wanted-tables.ts';
import { KnownRules, type RulePlace } from './known-rules.ts';
import type { Link } from '../plan/link.ts';
import { hostTable } from './nft/host-table.ts';
import { nftPlace } from './nft/nft-place.ts';
import { ruleNames } from './owner.ts';
import type { HostBackendName, RuleSet } from '../plan/rule-set.ts';

/** What the node's own rules hang on. */
export interface HostRulesOptions {
  /** Where NAT is written: kube-proxy's own backend. */
  readonly backend: HostBackendName;
  /** Commands that run in the node's network. */
  readonly commands: Commands;
  readonly link: Link;
  /** The beginning of all names; `armillary` unless told. */
  readonly prefix?: string;
  /**
   * Backends whose FORWARD chain lets our traffic pass, beside the backend itself. An nft table of somebody else that
   * drops cannot be opened: an accept in one table of nft does not count in another one.
   */
  readonly forwardBackends?: readonly HostBackendName[];
}

/**
 * The rules in the node's own network. What is ours in the other backends is removed: a node may have changed from one
 * to another.
 */
export function hostRules(options: HostRulesOptions): RuleSet {
  const { backend, commands, link, prefix = 'armillary', forwardBackends = [] } = options;
  const names = ruleNames(prefix);
  const roles = Object.fromEntries(
    iptablesBackends
      .filter((each) => each === backend || forwardBackends.includes(each))
      .map((each): [string, BackendRole] => [each, each === backend ? 'all' : 'forward']),
  );
  const iptables = iptablesPlace({ commands, names, link, roles });
  if (backend !== 'nftables') return new KnownRules(inTurn(iptables, nftPlace(commands, names.table)));
  const table = nftPlace(commands, names.table, (plan) => hostTable(plan, link));
  return new KnownRules(inTurn(table, iptables));
}

/** Two places as one: the first is where traffic shall go next, and is written first. */
function inTurn<One, Other>(one: RulePlace<One>, other: RulePlace<Other>): RulePlace<readonly [One, Other]> {
  return {
    nothing: [one.nothing, other.nothing],
    wanted: (plan) => [one.wanted(plan), other.wanted(plan)],
    read: async (signal) => {
      const reading = [one.read(signal), other.read(signal)] as const;
      await Promise.allSettled(reading);
      return Promise.all(reading);
    },
    differences: (wanted, found) => [
      ...one.differences(wanted[0], found[0]),
      ...other.differences(wanted[1], found[1]),
    ],
    write: async (wanted, found, signal) => {
      const isChanged = await one.write(wanted[0], found[0], signal);
      return (await other.write(wanted[1], found[1], signal)) || isChanged;
    },
  };
}
