import type { Family, Protocol } from '../address/protocol.ts';
import { isOwnerMark } from '../rules/owner.ts';
import { networkOf, type NatMatch, type NatRule, type NatTable, type Ports } from './nat-rule.ts';

/** Targets that give a packet another destination. */
const taking = new Set(['DNAT', 'REDIRECT', 'NETMAP']);
const protocolNames: Readonly<Record<string, Protocol>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' };

/**
 * The nat table in what `iptables-save` and `ip6tables-save` print. Rules that cannot concern the node's own addresses
 * are left out, and our own; what is not understood of a rule is taken as met.
 */
export function parseIptablesNat(text: string, family: Family): NatTable {
  const chains = new Set<string>();
  const lines: string[][] = [];
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    if (table !== 'nat') continue;
    if (line.startsWith(':')) chains.add(line.slice(1).split(' ', 1)[0] ?? '');
    if (line.startsWith('-A ')) lines.push(wordsOf(line));
  }
  return {
    entrances: ['PREROUTING'],
    rules: lines.flatMap((words) => parseRule(words, family, chains) ?? []),
  };
}

/** Words as a shell would part them; quotes are double, with backslashes inside. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

function parseRule(
  words: readonly string[],
  family: Family,
  chains: ReadonlySet<string>,
): NatRule | undefined {
  const [, chain = ''] = words;
  let match: NatMatch = { family };
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
        const met = parseMatch(words[at] ?? '', value, not, words[at + 2] ?? '');
        if (met === 'never') return undefined;
        match = { ...match, ...met };
      }
    }
  }
  if (taking.has(target)) return { chain, match };
  return chains.has(target) ? { chain, match, target } : undefined;
}

/** What an option says of the packet; `never` when no packet for the node from elsewhere can meet it. */
function parseMatch(option: string, value: string, not: boolean, next: string): NatMatch | 'never' {
  switch (option) {
    case '-p': {
      const protocol = protocolNames[value];
      if (not) return {};
      return protocol ? { protocols: [protocol] } : 'never';
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
      return value.split(',').includes('LOCAL') === not ? 'never' : { local: true };
    case '--match-set':
      // Which destinations a set has is not looked up; those of the node are named otherwise by whom we know.
      return next.split(',').includes('dst') && !not ? 'never' : { partial: true };
    case '-i':
      return value === 'lo' && !not ? 'never' : not ? {} : { partial: true };
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
