import { isSame } from './config/group.ts';
import type { Difference } from './result.ts';

/** Settings that let others start builds: their values are not for logs. */
const SECRETS = /(?:^|\.)(?:remoteToken|genericWebhook\.token)$/;

/** What tells the objects of a list apart, in the order of preference. */
const KEYS = ['name', 'id', 'key'] as const;

/**
 * Where two values of a specification differ. Objects are compared key by key; lists of named objects by name; other
 * lists as a whole. The order of named objects counts, as it does in Jenkins.
 */
export function differences(from: unknown, to: unknown, path = ''): Difference[] {
  if (isSame(from, to)) return [];
  const left = entriesOf(from);
  const right = entriesOf(to);
  if (left === undefined || right === undefined) return [difference(path, from, to)];
  const keys = [...new Set([...left.keys(), ...right.keys()])];
  const inside = keys.flatMap((key) =>
    differences(left.get(key), right.get(key), path === '' ? key : `${path}.${key}`),
  );
  return inside.length > 0 ? inside : [difference(path, [...left.keys()], [...right.keys()])];
}

function difference(path: string, from: unknown, to: unknown): Difference {
  return { path, from: hidden(path, from), to: hidden(path, to) };
}

function hidden(path: string, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (SECRETS.test(path)) return '(secret)';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, hidden(`${path}.${key}`, inner)]);
  return Object.fromEntries(entries) as unknown;
}

/** The parts of an object, or of a list of named objects, by name; undefined for what is compared as a whole. */
function entriesOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const list: readonly unknown[] = value;
  const key = KEYS.find((candidate) => list.every((entry) => hasText(entry, candidate)));
  if (key === undefined || list.length === 0) return list.length === 0 ? new Map() : undefined;
  return new Map(list.map((entry) => [String((entry as Record<string, unknown>)[key]), entry]));
}

function hasText(entry: unknown, key: string): boolean {
  return (
    typeof entry === 'object' && entry !== null && typeof (entry as Record<string, unknown>)[key] === 'string'
  );
}
