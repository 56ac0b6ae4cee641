/**
 * What `api/json` shows of an object, and how the `tree` parameter and `depth` choose from it.
 * Follows Stapler's export model: a field is shown at the top, and as deep below it as its visibility reaches;
 * `tree` shows just the named fields, `*` all of one object; objects below show only what is named there.
 */
export interface Bean {
  /** The Java class, shown as `_class`; absent where Jenkins leaves it out. */
  readonly class?: string | undefined;
  /** In the order in which Jenkins writes them. Evaluated when asked for. */
  readonly fields: Readonly<Record<string, () => unknown>>;
  /** How many levels deep a field, or every field, is shown without `tree`; 1 (only at the top) unless told. */
  readonly visibility: number | Readonly<Record<string, number>>;
}

const BEAN = Symbol('bean');

/** A list whose members are as deep as the object that holds it (`@Exported(inline = true)`). */
export class Inline {
  readonly members: readonly Bean[];

  constructor(members: readonly Bean[]) {
    this.members = members;
  }
}

/** An object of the API. */
export function bean(
  className: string | undefined,
  fields: Readonly<Record<string, () => unknown>> = {},
  visibility: number | Readonly<Record<string, number>> = {},
): Bean {
  return { class: className, fields, visibility, [BEAN]: true } as Bean;
}

/** The `tree` text is not well-formed; Jenkins answers 500. */
export class TreeError extends Error {}

interface Selection {
  readonly fields: Map<string, Selection>;
  range?: readonly [from: number, to: number];
}

/** What the API answers for an object. */
export function exportBean(root: Bean, tree: string | null, depth = 0): unknown {
  return tree === null ? byDepth(root, 1 - depth) : bySelection(root, parseTree(tree));
}

function byDepth(value: unknown, level: number): unknown {
  if (Array.isArray(value)) return value.map((one) => byDepth(one, level));
  if (value instanceof Inline) return byDepth(value.members, level - 1);
  if (value instanceof Map) return mapped(value, (one) => byDepth(one, level));
  if (!isBean(value)) return value;
  const shown: Record<string, unknown> = value.class === undefined ? {} : { _class: value.class };
  for (const [name, field] of Object.entries(value.fields)) {
    const visibility =
      typeof value.visibility === 'number' ? value.visibility : (value.visibility[name] ?? 1);
    if (visibility >= level) shown[name] = byDepth(field(), level + 1);
  }
  return shown;
}

function bySelection(value: unknown, selection: Selection): unknown {
  if (Array.isArray(value)) {
    const ranged = selection.range ? value.slice(...selection.range) : value;
    return ranged.map((one) => bySelection(one, selection));
  }
  if (value instanceof Inline) return bySelection(value.members, selection);
  if (value instanceof Map) return mapped(value, (one) => bySelection(one, selection));
  if (!isBean(value)) return value;
  const shown: Record<string, unknown> = value.class === undefined ? {} : { _class: value.class };
  for (const [name, field] of Object.entries(value.fields)) {
    const chosen = selection.fields.get(name) ?? selection.fields.get('*');
    if (chosen) shown[name] = bySelection(field(), chosen);
  }
  return shown;
}

/** A map shows its keys as fields and adds no level: what was selected of it is selected of each of its values. */
function mapped(map: ReadonlyMap<unknown, unknown>, show: (value: unknown) => unknown): unknown {
  return Object.fromEntries([...map].map(([key, value]) => [String(key), show(value)]));
}

function isBean(value: unknown): value is Bean {
  return typeof value === 'object' && value !== null && BEAN in value;
}

/** Reads `a,b[c,d[*]{0,5}]`; TreeError when brackets do not match. */
function parseTree(text: string): Selection {
  const root: Selection = { fields: new Map() };
  const open: Selection[] = [root];
  let last: Selection | undefined;
  for (const [token] of text.matchAll(/\{[^}]*\}|[[\],]|[^[\],{}]+|[{}]/g)) {
    const parent = open.at(-1);
    if (!parent) throw new TreeError(text);
    if (token === '[') {
      if (!last) throw new TreeError(text);
      open.push(last);
      last = undefined;
    } else if (token === ']') {
      last = open.pop();
    } else if (token.startsWith('{')) {
      if (!last) throw new TreeError(text);
      last.range = parseRange(token);
    } else if (token !== ',') {
      last = parent.fields.get(token.trim()) ?? { fields: new Map() };
      parent.fields.set(token.trim(), last);
    }
  }
  if (open.length !== 1) throw new TreeError(text);
  return root;
}

/** `{from,to}`, `{from,}`, `{,to}` and `{at}`. */
function parseRange(text: string): readonly [number, number] {
  const match = /^\{(\d*)(,?)(\d*)\}$/.exec(text);
  if (!match) throw new TreeError(text);
  const from = Number(match[1] || 0);
  if (!match[2]) return [from, from + 1];
  return [from, match[3] ? Number(match[3]) : Number.POSITIVE_INFINITY];
}
