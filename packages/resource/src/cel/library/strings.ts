import type { Environment } from '@marcbachmann/cel-js';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import { goNumber } from '../../go-text.ts';
import { isMapLiteral } from '../equality.ts';

/** The string functions of cel-go's `ext.Strings` that cel-js lacks. Positions are in characters. */
export function registerStrings(environment: Environment): void {
  environment
    .registerFunction('string.charAt(int): string', (text: string, index: bigint) => {
      const characters = Array.from(text);
      if (index < 0n || index > BigInt(characters.length)) throw new Error(`index out of range: ${index}`);
      return characters[Number(index)] ?? '';
    })
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      replaceSome(text, from, to, -1n),
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      (text: string, from: string, to: string, limit: bigint) => replaceSome(text, from, to, limit),
    )
    .registerFunction('string.format(list<dyn>): string', (text: string, values: unknown[]) =>
      format(text, values),
    );
}

const maxLength = 3 * 1024 * 1024;
function checkLength(length: number): void {
  if (length > maxLength) throw new Error(`the string is longer than ${maxLength} characters`);
}

function replaceSome(text: string, from: string, to: string, limit: bigint): string {
  const parts = text.split(from);
  const replaced = limit < 0n ? parts.length - 1 : Math.min(Number(limit), parts.length - 1);
  // Before it is made: it may be a square of what is there.
  checkLength(text.length + replaced * (to.length - from.length));
  return [parts.slice(0, replaced + 1).join(to), ...parts.slice(replaced + 1)].join(from);
}

function format(text: string, values: unknown[]): string {
  let next = 0;
  let length = 0;
  return text.replace(
    /%(%|(\.\d+)?([sdfexXob]))/g,
    (clause, kind: string, digits?: string, verb?: string) => {
      if (kind === '%') return '%';
      if (next >= values.length) throw new Error(`index ${next} out of range`);
      const precision = digits === undefined ? undefined : Number(digits.slice(1));
      const value = formatValue(values[next++], verb ?? 's', precision, clause);
      checkLength((length += value.length));
      return value;
    },
  );
}

function formatValue(value: unknown, verb: string, digits: number | undefined, clause: string): string {
  const number = typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
  if (verb === 's') return printed(value);
  if (number === undefined) throw new Error(`${clause} takes a number`);
  switch (verb) {
    case 'f':
      return Number(number).toFixed(Math.min(digits ?? 6, 100));
    case 'e':
      return Number(number)
        .toExponential(Math.min(digits ?? 6, 100))
        .replace(/e([+-])(\d)$/, 'e$10$2');
    case 'x':
      return number.toString(16);
    case 'X':
      return number.toString(16).toUpperCase();
    case 'o':
      return number.toString(8);
    case 'b':
      return number.toString(2);
    default:
      return typeof number === 'bigint' ? String(number) : goNumber(number);
  }
}

function printed(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return goNumber(value);
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${joined(value, printed)}]`;
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (value instanceof Duration) return `${Number(value.seconds) + value.nanos / 1e9}s`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Map || isMapLiteral(value)) {
    const pairs = value instanceof Map ? [...value] : Object.entries(value);
    return `{${joined(pairs.map(([k, v]) => [printed(k), v] as const).sort(byKey), ([k, v]) => `${k}: ${printed(v)}`)}}`;
  }
  throw new Error('format: the value has no text');
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : Number(a > b);

/** The members' texts with commas; a list may hold one long text many times. */
function joined<T>(members: Iterable<T>, print: (member: T) => string): string {
  let text = '';
  for (const member of members) {
    text += text === '' ? print(member) : `, ${print(member)}`;
    checkLength(text.length);
  }
  return text;
}
