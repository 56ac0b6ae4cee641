type Step = (values: unknown[]) => unknown[];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const children = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];

/**
 * Compiles the JSONPath of a printer column, with or without braces, into a reader of the first value it finds. It
 * speaks the dialect of client-go's `util/jsonpath` for one expression: fields with escaped dots, `['name']`, indexes,
 * slices, `*`, `..` and filters such as `[?(@.type=="Ready")]`.
 *
 * @throws {Error} for an expression outside of that dialect; the message names the place.
 */
export function readJsonPath(expression: string): (object: unknown) => unknown {
  const trimmed = expression.trim();
  const path = trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1) : trimmed;
  const steps = parse(path.replace(/^\$/, ''), expression);
  return (object) => {
    let values: unknown[] = [object];
    for (const step of steps) values = step(values);
    return values[0];
  };
}

const token =
  /\.\.|\.?\[(?:\?\((?<filter>[^\]]*)\)|'(?<quoted>[^']*)'|"(?<double>[^"]*)"|(?<any>\*)|(?<slice>-?\d*:-?\d*(?::\d*)?)|(?<index>-?\d+))\]|\.?(?<star>\*)|\.(?<field>(?:\\.|[^.[\]\\])+)|(?<bare>(?:\\.|[^.[\]\\])+)|\.$/y;

function parse(path: string, expression: string): Step[] {
  const steps: Step[] = [];
  const scanner = new RegExp(token);
  let afterDescent = true;
  while (scanner.lastIndex < path.length) {
    const at = scanner.lastIndex;
    const match = scanner.exec(path);
    const groups = match?.groups ?? {};
    // A name without a dot is possible only at the start and after `..`.
    if (!match || (groups['bare'] !== undefined && !afterDescent)) {
      throw new Error(
        `invalid JSONPath ${JSON.stringify(expression)}: cannot read ${JSON.stringify(path.slice(at))}`,
      );
    }
    afterDescent = match[0] === '..';
    if (match[0] !== '.') steps.push(afterDescent ? descend : stepOf(groups, expression));
  }
  return steps;
}

function stepOf(groups: Record<string, string | undefined>, expression: string): Step {
  const { filter, slice, index } = groups;
  if (groups['any'] !== undefined || groups['star'] !== undefined)
    return (values) => values.flatMap(children);
  if (filter !== undefined) return filterStep(filter, expression);
  if (slice !== undefined) {
    const [start, end, stride] = slice.split(':').map((part) => (part === '' ? undefined : Number(part)));
    return (values) =>
      values.flatMap((value) =>
        Array.isArray(value) ? value.slice(start, end).filter((_, i) => i % (stride || 1) === 0) : [],
      );
  }
  if (index !== undefined) {
    const position = Number(index);
    return (values) =>
      values.flatMap((value) => {
        const item: unknown = Array.isArray(value) ? value.at(position) : undefined;
        return item === undefined ? [] : [item];
      });
  }
  const name = (groups['quoted'] ?? groups['double'] ?? groups['field'] ?? groups['bare'] ?? '').replace(
    /\\(.)/g,
    '$1',
  );
  return (values) =>
    values.flatMap((value) => (isRecord(value) && Object.hasOwn(value, name) ? [value[name]] : []));
}

// The value itself and everything below it.
const descend: Step = (values) =>
  values
    .flatMap((value): unknown[] => [value, ...descend(children(value))])
    .filter((v) => typeof v === 'object');

function filterStep(filter: string, expression: string): Step {
  const match = /^\s*@(?<left>.*?)\s*(?:(?<operator>==|!=|<=|>=|<|>)\s*(?<right>.+?))?\s*$/.exec(filter);
  const { left = '', operator, right } = match?.groups ?? {};
  if (!match)
    throw new Error(`invalid JSONPath ${JSON.stringify(expression)}: cannot read the filter (${filter})`);
  const read = readJsonPath(left);
  const wanted = right === undefined ? undefined : literal(right);
  return (values) =>
    values.flatMap(children).filter((child) => {
      const value = read(child);
      return operator === undefined ? value !== undefined : compare(value, operator, wanted);
    });
}

function literal(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  if (quoted) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function compare(value: unknown, operator: string, wanted: unknown): boolean {
  if (typeof value !== typeof wanted) return false;
  const [a, b] = [value as number, wanted as number];
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}
