/**
 * Statements of nft rules, in the form in which `nft -j` prints them (libnftables-json(5)), and their text for `nft -f`.
 * Rules are written as text, because the JSON of nft 1.0.6 cannot say a map whose values have two parts, and are
 * compared as JSON, which does not change with the layout of a version.
 */

/** An expression: something to look up, to compare, or a constant. */
export type Expression =
  | string
  | number
  | { readonly payload: { readonly protocol: string; readonly field: string } }
  | { readonly meta: { readonly key: string } }
  | { readonly ct: { readonly key: string; readonly dir?: string } }
  | { readonly fib: { readonly result: string; readonly flags: readonly string[] } }
  | { readonly numgen: { readonly mode: string; readonly mod: number; readonly offset: number } }
  | { readonly concat: readonly Expression[] }
  | { readonly map: { readonly key: Expression; readonly data: Expression } }
  | { readonly set: readonly (readonly [Expression, Expression])[] };

/** A statement: a condition or a deed. */
export type Statement =
  | { readonly match: { readonly op: string; readonly left: Expression; readonly right: Expression } }
  | { readonly vmap: { readonly key: Expression; readonly data: string } }
  | { readonly dnat: { readonly family: string; readonly addr: Expression; readonly port?: number } }
  | { readonly snat: { readonly family: string; readonly addr: Expression } }
  | { readonly jump: { readonly target: string } }
  | { readonly reject: { readonly type: string; readonly expr?: string } }
  | { readonly counter: null }
  | { readonly accept: null }
  | { readonly drop: null }
  | { readonly masquerade: null };

/** A rule without its comment. */
export interface Rule {
  /** The text that `nft -f` reads; empty for rules that were read. */
  readonly text: string;
  /** Equal for equal rules. */
  readonly form: string;
}

/** A rule to write. */
export function rule(...statements: readonly Statement[]): Rule {
  return { text: statements.map(statementText).join(' '), form: formOf(statements) };
}

/** A rule as `nft -j` printed its statements; nothing that is in them is lost. */
export function readRule(statements: readonly unknown[]): Rule {
  return { text: '', form: formOf(statements) };
}

function formOf(statements: readonly unknown[]): string {
  return JSON.stringify(statements, (key, value: unknown) => {
    if (key === 'counter') return null;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

/** A field of a packet's header, such as `ip daddr`. */
export function payload(protocol: string, field: string): Expression {
  return { payload: { protocol, field } };
}

/** Something that the kernel knows of a packet, such as `oifname`. */
export function meta(key: string): Expression {
  return { meta: { key } };
}

/** A condition. */
export function match(left: Expression, right: Expression, op: '==' | '!=' | 'in' = '=='): Statement {
  return { match: { op, left, right } };
}

function statementText(statement: Statement): string {
  if ('match' in statement) {
    const { op, left, right } = statement.match;
    return `${expressionText(left)} ${op === '!=' ? '!= ' : ''}${expressionText(right)}`;
  }
  if ('vmap' in statement) return `${expressionText(statement.vmap.key)} vmap ${statement.vmap.data}`;
  if ('dnat' in statement) return dnatText(statement.dnat);
  if ('snat' in statement) return `snat ${statement.snat.family} to ${expressionText(statement.snat.addr)}`;
  if ('jump' in statement) return `jump ${statement.jump.target}`;
  if ('reject' in statement) {
    const { type, expr } = statement.reject;
    return `reject with ${expr === undefined ? type : `${type} type ${expr}`}`;
  }
  return Object.keys(statement)[0]!;
}

function dnatText({ family, addr, port }: { family: string; addr: Expression; port?: number }): string {
  if (port === undefined) return `dnat ${family} to ${expressionText(addr)}`;
  const address = expressionText(addr);
  return `dnat ${family} to ${family === 'ip6' ? `[${address}]` : address}:${port}`;
}

function expressionText(expression: Expression): string {
  if (typeof expression !== 'object') return String(expression);
  if ('payload' in expression) return `${expression.payload.protocol} ${expression.payload.field}`;
  if ('meta' in expression) return metaText(expression.meta.key);
  if ('ct' in expression) {
    const { dir, key } = expression.ct;
    return `ct ${dir === undefined ? '' : `${dir} `}${key}`;
  }
  if ('fib' in expression) return `fib ${expression.fib.flags.join(' . ')} ${expression.fib.result}`;
  if ('numgen' in expression) return `numgen ${expression.numgen.mode} mod ${expression.numgen.mod}`;
  if ('concat' in expression) return expression.concat.map(expressionText).join(' . ');
  if ('map' in expression) {
    return `${expressionText(expression.map.key)} map ${expressionText(expression.map.data)}`;
  }
  const pairs = expression.set.map(([key, value]) => `${expressionText(key)} : ${expressionText(value)}`);
  return `{ ${pairs.join(', ')} }`;
}

function metaText(key: string): string {
  return key === 'l4proto' ? `meta ${key}` : key;
}
