import type { Environment } from '@marcbachmann/cel-js';
import { goNumber } from '../../go-text.ts';

/** The string functions of cel-go's `ext.Strings` that cel-js lacks. Positions are in characters. */
export function registerStrings(environment: Environment): void {
  environment
    .registerFunction('string.charAt(int): string', (text: string, index: bigint) => {
      const characters = Array.from(text);
      if (index < 0n || index > BigInt(characters.length)) throw new Error(`index out of range: ${index}`);
      return characters[Number(index)] ?? '';
    })
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      bounded(text.split(from).join(to)),
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
function bounded(text: string): string {
  if (text.length > maxLength) throw new Error(`the string is longer than ${maxLength} characters`);
  return text;
}

function replaceSome(text: string, from: string, to: string, limit: bigint): string {
  if (limit < 0n) return bounded(text.split(from).join(to));
  const parts = text.split(from);
  const replaced = Math.min(Number(limit), parts.length - 1);
  return bounded(
    parts.slice(0, replaced + 1).join(to) +
      parts
        .slice(replaced + 1)
        .map((part) => from + part)
        .join(''),
  );
}

function format(text: string, values: unknown[]): string {
  let next = 0;
  const result = text.replace(
    /%(%|(\.\d+)?([sdfexXob]))/g,
    (clause, kind: string, digits?: string, verb?: string) => {
      if (kind === '%') return '%';
      if (next >= values.length) throw new Error(`index ${next} out of range`);
      return formatValue(
        values[next++],
        verb ?? 's',
        digits === undefined ? undefined : Number(digits.slice(1)),
        clause,
      );
    },
  );
  return bounded(result);
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
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`;
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (value instanceof Map)
    return `{${[...value].map(([k, v]) => `${printed(k)}: ${printed(v)}`).join(', ')}}`;
  throw new Error('format: the value has no text');
}
