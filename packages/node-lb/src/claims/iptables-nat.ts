import type { Family, Protocol } from '../address/protocol.ts';
import { isOwnerMark } from '../rules/owner.ts';
import { bothMatch, networkOf, type NatMatch, type NatRule, type NatTable, type Ports } from './nat-rule.ts';

/** Targets that give a packet another destination. */
const taking = new Set(['DNAT', 'REDIRECT', 'NETMAP']);
const protocolNames: Readonly<Record<string, Protocol>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' };

/**
 * The nat table in what `iptables-save` and `ip6tables-save` print. Rules that cannot concern the node's own addresses
 * are left out, and our own; what is not understood of a rule is taken as met.
 */
export function parseIptablesNat(text: string, family: Family): NatTable {
  const chains = new Map<string, string[]>();
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    if (table !== 'nat') continue;
    const [first = '', name = ''] = line.split(' ', 2);
    if (first.startsWith(':')) chains.set(first.slice(1), []);
    if (first === '-A') chains.get(name)?.push(line);
  }
  return {
    entrances: ['PREROUTING'],
    rulesOf: (chain) => (chains.get(chain) ?? []).flatMap((line) => parseRule(line, family, chains) ?? []),
  };
}

/** Words as a shell would part them; quotes are double, with backslashes inside. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

function parseRule(line: string, family: Family, chains: ReadonlyMap<string, unknown>): NatRule | undefined {
  const words = wordsOf(line);
  let match: NatMatch | undefined = { family };
  let target = '';
  for (let at = 2; at < words.length; at += 1) {
    const not = words[at - 1] === '!';
    const value = words[at + 1] ?? '';
    switch (words[at]) {
      case '-j':
      case '-g':
        target = value;
        break;
      case '--comment':
        if (isOwnerMark(value)) return undefined;
        at += 1;
        break;
      default: {
        const asked = parseMatch(words[at] ?? '', value, not, words[at + 2] ?? '');
        match = asked && bothMatch(match, asked);
        if (!match) return undefined;
      }
    }
  }
  if (taking.has(target)) return { match };
  return chains.has(target) ? { match, target } : undefined;
}

/** What an option says of the packet; undefined when no packet for the node from elsewhere can meet it. */
function parseMatch(option: string, value: string, not: boolean, next: string): NatMatch | undefined {
  switch (option) {
    case '-p': {
      const protocol = protocolNames[value];
      if (not) return {};
      return protocol ? { protocols: [protocol] } : undefined;
    }
    case '-d': {
      const network = networkOf(value);
      return not || !network ? {} : { networks: [network] };
    }
    case '--dport':
    case '--dports':
    case '--ports':
      return not ? {} : { ports: portsOf(value) };
    case '--dst-type':
      return value.split(',').includes('LOCAL') === not ? undefined : { local: true };
    case '--match-set':
      // Which destinations a set has is not looked up; those of the node are named otherwise by whom we know.
      return next.split(',').includes('dst') && !not ? undefined : { partial: true };
    case '-i':
      return value === 'lo' && !not ? undefined : not ? {} : { partial: true };
    case '-s':
      return not ? {} : { partial: true };
    default:
      return {};
  }
}

/** `80`, `8000:8099` or `53,5000:5010`. */
function portsOf(text: string): Ports[] {
  return text.split(',').flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split(':').map(Number);
    return Number.isInteger(from) && Number.isInteger(to) ? [{ from, to }] : [];
  });
}
