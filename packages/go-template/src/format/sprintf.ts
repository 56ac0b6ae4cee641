import { OverBudget } from '../budget.ts';
import { kindOf, typeName, underlying } from '../values/value-kind.ts';
import { noFlags, type Flags } from './flags.ts';
import { Printer } from './printer.ts';

/** As in Go no width or precision is greater. */
const maxNumber = 1_000_000;

/** A format while it is being read, with the arguments it takes. */
class Directives {
  readonly #format: string;
  readonly #values: readonly unknown[];
  readonly #printer = new Printer();
  #at = 0;
  #argument = 0;
  // Whether arguments were named by number: then Go does not complain about those left over.
  #reordered = false;
  #goodIndex = true;
  #afterIndex = false;

  constructor(format: string, values: readonly unknown[]) {
    this.#format = format;
    this.#values = values;
  }

  run(): string {
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at);
      const end = percent < 0 ? this.#format.length : percent;
      this.#printer.write(this.#format.slice(this.#at, end));
      this.#at = end + 1;
      if (percent >= 0) this.#directive();
    }
    this.#extra();
    return this.#printer.text;
  }

  #directive(): void {
    this.#goodIndex = true;
    this.#afterIndex = false;
    const flags: { -readonly [K in keyof Flags]: Flags[K] } = { ...noFlags };
    this.#signs(flags);
    this.#index();
    this.#width(flags);
    this.#precision(flags);
    if (!this.#afterIndex) this.#index();
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) return this.#printer.write('%!(NOVERB)');
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    this.#verb(verb, flags);
  }

  #verb(verb: string, flags: Flags): void {
    if (verb === '%') return this.#printer.write('%');
    if (!this.#goodIndex) return this.#printer.write(`%!${verb}(BADINDEX)`);
    if (this.#argument >= this.#values.length) return this.#printer.write(`%!${verb}(MISSING)`);
    const value = this.#values[this.#argument];
    this.#argument += 1;
    const { plus, sharp } = flags;
    this.#printer.print(
      value,
      verb,
      verb === 'v' ? { ...flags, plusV: plus, sharpV: sharp, plus: false, sharp: false } : flags,
    );
  }

  #signs(flags: { -readonly [K in keyof Flags]: Flags[K] }): void {
    for (; ; this.#at += 1) {
      switch (this.#format[this.#at]) {
        case '#':
          flags.sharp = true;
          break;
        case '0':
          flags.zero = !flags.minus;
          break;
        case '+':
          flags.plus = true;
          break;
        case '-':
          flags.minus = true;
          flags.zero = false;
          break;
        case ' ':
          flags.space = true;
          break;
        default:
          return;
      }
    }
  }

  #width(flags: { -readonly [K in keyof Flags]: Flags[K] }): void {
    if (this.#format[this.#at] !== '*') {
      flags.width = this.#number();
      if (this.#afterIndex && flags.width !== undefined) this.#goodIndex = false;
      return;
    }
    this.#at += 1;
    const width = this.#integerArgument();
    if (width === undefined) this.#printer.write('%!(BADWIDTH)');
    else if (width < 0) Object.assign(flags, { width: -width, minus: true, zero: false });
    else flags.width = width;
    this.#afterIndex = false;
  }

  #precision(flags: { -readonly [K in keyof Flags]: Flags[K] }): void {
    if (this.#format[this.#at] !== '.' || this.#at + 1 >= this.#format.length) return;
    this.#at += 1;
    if (this.#afterIndex) this.#goodIndex = false;
    this.#index();
    if (this.#format[this.#at] !== '*') {
      flags.precision = this.#number() ?? 0;
      return;
    }
    this.#at += 1;
    const precision = this.#integerArgument();
    if (precision === undefined || precision < 0) this.#printer.write('%!(BADPREC)');
    else flags.precision = precision;
    this.#afterIndex = false;
  }

  /** Digits at this place; undefined when there are none. @throws OverBudget where Go would give up silently. */
  #number(): number | undefined {
    const digits = /[0-9]*/y;
    digits.lastIndex = this.#at;
    const text = digits.exec(this.#format)?.[0] ?? '';
    this.#at += text.length;
    if (text === '') return undefined;
    if (Number(text) > maxNumber) throw new OverBudget(`a width or precision of more than ${maxNumber}`);
    return Number(text);
  }

  /** A width or precision given as an argument: `*`. */
  #integerArgument(): number | undefined {
    const value = this.#values[this.#argument];
    if (this.#argument < this.#values.length) this.#argument += 1;
    const kind = kindOf(value);
    if (kind !== 'int' && kind !== 'uint') return undefined;
    const number = Number(underlying(value));
    return Math.abs(number) > maxNumber ? undefined : number;
  }

  /** `[n]`: the next argument is the n-th. */
  #index(): void {
    this.#afterIndex = false;
    if (this.#format[this.#at] !== '[') return;
    this.#reordered = true;
    const close = this.#format.indexOf(']', this.#at);
    const text = close < 0 ? '' : this.#format.slice(this.#at + 1, close);
    this.#at = close < 0 ? this.#at + 1 : close + 1;
    this.#afterIndex = /^[0-9]+$/.test(text);
    const index = Number(text) - 1;
    if (this.#afterIndex && index >= 0 && index < this.#values.length) this.#argument = index;
    else this.#goodIndex = false;
  }

  /** Says which arguments no verb has taken. */
  #extra(): void {
    if (this.#reordered || this.#argument >= this.#values.length) return;
    this.#printer.write('%!(EXTRA ');
    for (const [index, value] of this.#values.slice(this.#argument).entries()) {
      if (index > 0) this.#printer.write(', ');
      if (value === undefined || value === null) {
        this.#printer.write('<nil>');
        continue;
      }
      this.#printer.write(`${typeName(value)}=`);
      this.#printer.print(value);
    }
    this.#printer.write(')');
  }
}

/**
 * Go's fmt.Sprintf: all verbs but `%p`, all flags, and its ways of saying what is wrong with a format.
 *
 * @throws OverBudget when the result would be over 1 MiB, and for a width over a million.
 */
export const sprintf = (format: string, values: readonly unknown[]): string =>
  new Directives(format, values).run();
