import { isObject } from '@armillary/resource';
import type { Protocol } from '../address/protocol.ts';
import { programJson } from '../host/program-json.ts';
import { isOwnerMark } from '../rules/owner.ts';
import { bothMatch, networkOf, type NatMatch, type NatRule, type NatTable } from './nat-rule.ts';

/** A table, as nft names it. */
export interface NftTableName {
  readonly family: string;
  readonly name: string;
}

const protocolNames: Readonly<Record<string, Protocol>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' };
/** One rule with sets may stand for many: so many are looked at. */
const maxAlternatives = 10_000;

/**
 * The tables that may give packets from outside another destination, from `nft -j list chains`. Ours are left out (they
 * have a chain that bears our mark).
 */
export function natTables(listing: string): NftTableName[] {
  const chains = objectsOf(itemsOf(listing), 'chain');
  const nameOf = ({ family, table }: Record<string, unknown>): string => `${String(family)} ${String(table)}`;
  const ours = new Set(chains.filter(({ name }) => isOwnerMark(String(name))).map(nameOf));
  const tables = new Map(
    chains
      .filter(isEntrance)
      .map((chain) => [nameOf(chain), { family: String(chain['family']), name: String(chain['table']) }]),
  );
  return [...tables].flatMap(([name, table]) => (ours.has(name) ? [] : [table]));
}

/**
 * The NAT rules in `nft -j list table` (libnftables-json(5)). Rules that cannot concern the node's own addresses are left
 * out; what is not understood of a rule is taken as met. Throws `NodeLbError` `ProgramFailed` when it is no listing.
 */
export function parseNftNat(listing: string): NatTable {
  const items = itemsOf(listing);
  const named = [...objectsOf(items, 'set'), ...objectsOf(items, 'map')];
  const sets: NamedSets = new Map(named.map(({ name, elem }) => [`@${String(name)}`, elem]));
  const rules = Map.groupBy(objectsOf(items, 'rule'), ({ chain }) => String(chain));
  const entrances = objectsOf(items, 'chain').filter(isEntrance);
  return {
    entrances: entrances.map(({ name }) => String(name)),
    rulesOf: (chain) => (rules.get(chain) ?? []).flatMap((rule) => parseRule(rule, sets)),
  };
}

type NamedSets = ReadonlyMap<string, unknown>;

function isEntrance({ type, hook }: Record<string, unknown>): boolean {
  return type === 'nat' && hook === 'prerouting';
}

function itemsOf(listing: string): unknown[] {
  const parsed = programJson('nft', listing);
  return listOf(isObject(parsed) ? parsed['nftables'] : undefined);
}

function objectsOf(items: readonly unknown[], kind: string): Record<string, unknown>[] {
  return items.flatMap((item) => (isObject(item) && isObject(item[kind]) ? [item[kind]] : []));
}

function parseRule(rule: Record<string, unknown>, sets: NamedSets): NatRule[] {
  const rules: NatRule[] = [];
  let matches: NatMatch[] = [familyMatch(rule['family'])];
  for (const statement of listOf(rule['expr'])) {
    if (!isObject(statement)) continue;
    const { match, jump, goto, vmap } = statement;
    const destination = statement['dnat'] ?? statement['redirect'];
    if (isObject(match)) matches = meet(matches, conditionsOf(match, sets));
    else if (isObject(jump ?? goto)) {
      const { target } = (jump ?? goto) as Record<string, unknown>;
      rules.push(...matches.map((so) => ({ match: so, target: String(target) })));
    } else if (isObject(vmap)) {
      for (const [key, verdict] of pairsOf(vmap['data'], sets)) {
        const target = targetOf(verdict);
        if (target === undefined) continue;
        const met = meet(matches, alternatives(vmap['key'], [key]));
        rules.push(...met.map((so) => ({ match: so, target })));
      }
    } else if (destination !== undefined) {
      rules.push(...meet(matches, keysOf(destination, sets)).map((so) => ({ match: so })));
    }
  }
  return rules;
}

/** What a `match` asks for: one of these. */
function conditionsOf({ op, left, right }: Record<string, unknown>, sets: NamedSets): NatMatch[] {
  // "Not local" is the one exception that matters: such a rule is not about the node.
  if (op === '!=') return isObject(left) && isObject(left['fib']) && right === 'local' ? [] : [{}];
  if (op !== '==' && op !== 'in') return [{}];
  return alternatives(left, elementsOf(right, sets));
}

/** `dnat to tcp dport map …` takes only the keys of its map. */
function keysOf(destination: unknown, sets: NamedSets): NatMatch[] {
  const address = isObject(destination) ? destination['addr'] : undefined;
  const map = isObject(address) ? address['map'] : undefined;
  if (!isObject(map)) return [{}];
  return alternatives(
    map['key'],
    pairsOf(map['data'], sets).map(([key]) => key),
  );
}

/** What a packet looks like whose field, or row of fields, has one of these values. */
function alternatives(field: unknown, values: readonly unknown[]): NatMatch[] {
  const fields = isObject(field) && Array.isArray(field['concat']) ? field['concat'] : [field];
  return values.slice(0, maxAlternatives).flatMap((value) => {
    const parts = isObject(value) && Array.isArray(value['concat']) ? value['concat'] : [value];
    let all: NatMatch | undefined = {};
    for (const [at, part] of fields.entries()) {
      const one = fieldMatch(part, parts[at]);
      all = one && all && bothMatch(all, one);
    }
    return all ?? [];
  });
}

/** One field and its value; undefined when no packet for the node from elsewhere has it. */
function fieldMatch(field: unknown, value: unknown): NatMatch | undefined {
  if (!isObject(field)) return {};
  const { payload, meta, fib } = field;
  if (isObject(fib)) return value === 'local' ? { local: true } : undefined;
  if (isObject(meta)) return metaMatch(meta['key'], value);
  if (!isObject(payload)) return {};
  const family = familyMatch(payload['protocol']);
  switch (payload['field']) {
    case 'dport': {
      const ports = portsOf(value);
      const protocol = protocolNames[String(payload['protocol'])];
      return ports && { ports: [ports], ...(protocol && { protocols: [protocol] }) };
    }
    case 'daddr': {
      const network = networkOf(networkText(value));
      return network === undefined ? family : { ...family, networks: [network] };
    }
    case 'saddr':
      return { ...family, partial: true };
    case 'protocol':
    case 'nexthdr':
      return protocolMatch(value);
    default:
      return {};
  }
}

function metaMatch(key: unknown, value: unknown): NatMatch | undefined {
  switch (key) {
    case 'l4proto':
      return protocolMatch(value);
    case 'nfproto':
      return familyMatch(value);
    case 'iif':
    case 'iifname':
      return value === 'lo' ? undefined : { partial: true };
    default:
      return {};
  }
}

function protocolMatch(value: unknown): NatMatch | undefined {
  const protocol = protocolNames[String(value)];
  return protocol && { protocols: [protocol] };
}

/** The family that a table, a header or `meta nfproto` is of. */
function familyMatch(name: unknown): NatMatch {
  if (name === 'ip' || name === 'ipv4') return { family: 'IPv4' };
  return name === 'ip6' || name === 'ipv6' ? { family: 'IPv6' } : {};
}

function portsOf(value: unknown): { from: number; to: number } | undefined {
  const [from, to] = isObject(value) ? listOf(value['range']) : [value, value];
  return typeof from === 'number' && typeof to === 'number' ? { from, to } : undefined;
}

function networkText(value: unknown): string {
  const prefix = isObject(value) ? value['prefix'] : undefined;
  return isObject(prefix) ? `${String(prefix['addr'])}/${String(prefix['len'])}` : String(value);
}

/** The values of a set, written in place or by name; a single value is a set of one. */
function elementsOf(value: unknown, sets: NamedSets): unknown[] {
  if (typeof value === 'string' && value.startsWith('@')) return listOf(sets.get(value)).map(unwrapped);
  if (isObject(value) && Array.isArray(value['set'])) return value['set'].map(unwrapped);
  return [value];
}

function pairsOf(value: unknown, sets: NamedSets): [unknown, unknown][] {
  return elementsOf(value, sets).flatMap((pair): [unknown, unknown][] =>
    Array.isArray(pair) ? [[unwrapped(pair[0]), pair[1]]] : [],
  );
}

/** An element that has a comment, a counter or a timeout stands in a wrapper. */
function unwrapped(element: unknown): unknown {
  return isObject(element) && isObject(element['elem']) ? element['elem']['val'] : element;
}

function targetOf(verdict: unknown): string | undefined {
  const jump = isObject(verdict) ? (verdict['jump'] ?? verdict['goto']) : undefined;
  return isObject(jump) ? String(jump['target']) : undefined;
}

function meet(some: readonly NatMatch[], others: readonly NatMatch[]): NatMatch[] {
  const all = some.flatMap((one) => others.flatMap((other) => bothMatch(one, other) ?? []));
  return all.slice(0, maxAlternatives);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
