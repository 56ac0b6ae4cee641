import { OverBudget } from '../budget.ts';
import { mapEntry, mapKeys } from '../values/map-entries.ts';
import { elementsOf, kindOf, typeName, typeOf, underlying } from '../values/value-kind.ts';
import { utf8Bytes } from '../values/utf8.ts';
import { noFlags, pad, type Flags } from './flags.ts';
import { floatVerbText, integerText } from './number-text.ts';
import { backquote, quote } from './quote.ts';

/** The most characters that one formatting gives: widths and repeated arguments would make any size. */
const maxFormatted = 1024 * 1024;

/** Writes values as Go's fmt does. */
export class Printer {
  #text = '';
  // While a mistake is being described, values do not describe themselves.
  #erring = false;

  get text(): string {
    return this.#text;
  }

  /** @throws OverBudget when the result grows past a million characters. */
  write(text: string): void {
    if (this.#text.length + text.length > maxFormatted) {
      throw new OverBudget(`a text of more than ${maxFormatted} characters`);
    }
    this.#text += text;
  }

  /** One value under one verb. Nothing is nil, and nil inside of something is written without complaint. */
  print(value: unknown, verb = 'v', flags: Flags = noFlags, inside = false): void {
    if (value === undefined || value === null) return this.#nil(verb, flags, inside);
    if (verb === 'T' && !inside) return this.write(pad(truncated(typeName(value), flags), flags));
    if (verb === 'p' && !inside) return this.#bad(value, verb, flags);
    if (!this.#describesItself(value, verb, flags)) this.#kind(value, verb, flags);
  }

  #nil(verb: string, flags: Flags, inside: boolean): void {
    if (inside) return this.write(flags.sharpV ? 'interface {}(nil)' : '<nil>');
    this.write(verb === 'v' || verb === 'T' ? pad('<nil>', flags) : `%!${verb}(<nil>)`);
  }

  /** Values with a method Error or String are what it says. */
  #describesItself(value: unknown, verb: string, flags: Flags): boolean {
    const methods = typeOf(value)?.methods;
    if (!methods || this.#erring || flags.sharpV || !/^[vsxXq]$/.test(verb)) return false;
    const method = methods.get('Error') ?? methods.get('String');
    if (!method || method.fixed.length > 0) return false;
    this.#string(String(method.call(underlying(value))), value, verb, flags);
    return true;
  }

  #kind(value: unknown, verb: string, flags: Flags): void {
    const data = underlying(value);
    switch (kindOf(value)) {
      case 'bool':
        return this.#known(
          verb === 't' || verb === 'v' ? pad(String(data), flags) : undefined,
          value,
          verb,
          flags,
        );
      case 'int':
        return this.#known(integerText(data as number | bigint, verb, flags, false), value, verb, flags);
      case 'uint':
        return this.#known(integerText(data as number | bigint, verb, flags, true), value, verb, flags);
      case 'float':
        return this.#known(floatVerbText(data as number, verb, flags), value, verb, flags);
      case 'string':
        return this.#string(data as string, value, verb, flags);
      case 'slice':
        return this.#slice(value, verb, flags);
      case 'map':
        return this.#map(value, verb, flags);
      case 'struct':
        return this.#struct(value, verb, flags);
      case 'func':
      case 'nil':
        return this.#bad(value, verb, flags);
    }
  }

  #known(text: string | undefined, value: unknown, verb: string, flags: Flags): void {
    if (text === undefined) this.#bad(value, verb, flags);
    else this.write(text);
  }

  /** `%!d(string=abc)`: the verb is not for this value. */
  #bad(value: unknown, verb: string, flags: Flags): void {
    this.write(`%!${verb}(${typeName(value)}=`);
    const erring = this.#erring;
    this.#erring = true;
    if (kindOf(value) === 'func') this.write('func');
    else this.print(value, 'v', flags, true);
    this.#erring = erring;
    this.write(')');
  }

  #string(text: string, value: unknown, verb: string, flags: Flags): void {
    if (verb === 'x' || verb === 'X') return this.write(hexText(text, verb, flags));
    const cut = truncated(text, flags);
    if (verb === 'q' || (verb === 'v' && flags.sharpV)) {
      const raw = flags.sharp ? backquote(cut) : undefined;
      return this.write(pad(raw ?? quote(cut, flags.plus), flags));
    }
    this.#known(verb === 's' || verb === 'v' ? pad(cut, flags) : undefined, value, verb, flags);
  }

  #slice(value: unknown, verb: string, flags: Flags): void {
    this.write(flags.sharpV ? `${typeName(value)}{` : '[');
    for (const [index, element] of elementsOf(value).entries()) {
      if (index > 0) this.#separate(flags);
      this.print(element, verb, flags, true);
    }
    this.write(flags.sharpV ? '}' : ']');
  }

  #map(value: unknown, verb: string, flags: Flags): void {
    this.write(flags.sharpV ? `${typeName(value)}{` : 'map[');
    for (const [index, key] of mapKeys(value).entries()) {
      if (index > 0) this.#separate(flags);
      this.print(key, verb, flags, true);
      this.write(':');
      this.print(mapEntry(value, key), verb, flags, true);
    }
    this.write(flags.sharpV ? '}' : ']');
  }

  #struct(value: unknown, verb: string, flags: Flags): void {
    const data = underlying(value) as Readonly<Record<string, unknown>>;
    this.write(flags.sharpV ? `${typeName(value)}{` : '{');
    for (const [index, name] of (typeOf(value)?.fields ?? []).entries()) {
      if (index > 0) this.#separate(flags);
      if (flags.plusV || flags.sharpV) this.write(`${name}:`);
      this.print(data[name], verb, flags, true);
    }
    this.write('}');
  }

  #separate(flags: Flags): void {
    this.write(flags.sharpV ? ', ' : ' ');
  }
}

/** As many characters of a text as the precision allows. */
const truncated = (text: string, { precision }: Flags): string =>
  precision === undefined ? text : Array.from(text).slice(0, precision).join('');

/** The bytes of a string, two digits each: `%x`, with a space between them `% x`. */
function hexText(text: string, verb: string, flags: Flags): string {
  const bytes = utf8Bytes(text).subarray(0, flags.precision);
  const mark = flags.sharp ? `0${verb}` : '';
  const pairs = Array.from(bytes, (byte) => {
    const digits = byte.toString(16).padStart(2, '0');
    return verb === 'X' ? digits.toUpperCase() : digits;
  });
  if (pairs.length === 0) return pad('', flags);
  return pad(flags.space ? pairs.map((pair) => mark + pair).join(' ') : mark + pairs.join(''), flags);
}

/** Values one after another, as Go's fmt.Sprint: with a space between two that are no strings. */
export function sprint(values: readonly unknown[]): string {
  if (values.length === 1 && typeof values[0] === 'string') return values[0];
  const printer = new Printer();
  for (const [index, value] of values.entries()) {
    if (index > 0 && kindOf(value) !== 'string' && kindOf(values[index - 1]) !== 'string') printer.write(' ');
    printer.print(value);
  }
  return printer.text;
}

/** Values with spaces between them and a line end behind, as Go's fmt.Sprintln. */
export function sprintln(values: readonly unknown[]): string {
  const printer = new Printer();
  for (const [index, value] of values.entries()) {
    if (index > 0) printer.write(' ');
    printer.print(value);
  }
  printer.write('\n');
  return printer.text;
}
