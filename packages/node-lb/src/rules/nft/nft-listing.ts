import { NodeLbError } from '../../errors.ts';
import { programJson } from '../../host/program-json.ts';
import { OWNER_MARK } from '../owner.ts';
import { readRule, type Rule } from './nft-expression.ts';
import type { NftChain, NftSet, NftTable } from './nft-table.ts';

type Json = Readonly<Record<string, unknown>>;

/** Reads what `nft -j list table` prints. Throws `NodeLbError` `ProgramFailed` when it is not that. */
export function parseTable(stdout: string): NftTable {
  const sets = new Map<string, NftSet>();
  const chains = new Map<string, NftChain & { rules: Rule[] }>();
  for (const object of listedObjects(stdout)) {
    const set = record(object['set'] ?? object['map']);
    const chain = record(object['chain']);
    const rule = record(object['rule']);
    if (set) sets.set(String(set['name']), parseSet(set));
    if (chain) chains.set(String(chain['name']), { ...parseHook(chain), rules: [] });
    if (rule) chains.get(String(rule['chain']))?.rules.push(parseRule(rule));
  }
  return { sets, chains };
}

/** The chains that `nft -j list chains` prints, with their tables. */
export function parseChains(stdout: string): { table: string; name: string }[] {
  return listedObjects(stdout).flatMap((object) => {
    const chain = record(object['chain']);
    return chain ? [{ table: String(chain['table']), name: String(chain['name']) }] : [];
  });
}

function listedObjects(stdout: string): Json[] {
  const { nftables } = record(programJson('nft', stdout)) ?? {};
  if (Array.isArray(nftables)) return nftables.map((object: unknown) => record(object) ?? {});
  throw new NodeLbError('ProgramFailed', 'nft printed JSON without its list "nftables"');
}

function record(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
}

/** Somebody else's rule must not look like ours: without our comment it gets one statement more. */
function parseRule({ expr, comment }: Json): Rule {
  const statements: unknown[] = Array.isArray(expr) ? expr : [];
  return readRule(comment === OWNER_MARK ? statements : [...statements, { comment }]);
}

function parseHook({ type, hook, prio }: Json): Pick<NftChain, 'hook'> {
  if (hook === undefined) return {};
  return { hook: { type: type as 'nat', hook: hook as string, priority: Number(prio) } };
}

function parseSet({ type, map, flags, elem }: Json): NftSet {
  const elements = new Map<string, string>();
  for (const element of Array.isArray(elem) ? (elem as unknown[]) : []) {
    if (map === undefined) elements.set(elementText(element), '');
    else if (Array.isArray(element)) elements.set(elementText(element[0]), elementText(element[1]));
  }
  return {
    type: typeText(type),
    ...(map === undefined ? {} : { value: typeText(map) }),
    interval: Array.isArray(flags) && flags.includes('interval'),
    elements,
  };
}

/** Versions differ in whether a type of several parts is a list. */
function typeText(type: unknown): string {
  return Array.isArray(type) ? type.join(' . ') : String(type);
}

function elementText(element: unknown): string {
  if (typeof element !== 'object' || element === null) return String(element);
  const { concat, prefix, goto, elem } = element as {
    concat?: unknown[];
    prefix?: { addr: string; len: number };
    goto?: { target: string };
    elem?: { val: unknown };
  };
  if (concat) return concat.map(elementText).join(' . ');
  if (prefix) return `${prefix.addr}/${prefix.len}`;
  if (goto) return `goto ${goto.target}`;
  // Elements with a comment, a counter or a timeout.
  if (elem) return elementText(elem.val);
  return JSON.stringify(element);
}
