import type { OracleCase } from './oracle.ts';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const data = {
  n: 7,
  neg: -3,
  s: 'text <&> "q" é',
  t: true,
  e: '',
  nothing: null,
  list: [1, 'two', null, 2.5, [3, 4]],
  words: ['b', 'a'],
  m: { a: 1, b: 'x', c: { d: [1, 2] } },
  kv: { $kv: { severity: 'critical', alertname: 'Disk' } },
  alert: { $alert: { Status: 'firing', Labels: { a: '1' }, Count: 3, Any: [1] } },
  alerts: {
    $alerts: [
      { Status: 'firing', Count: 1 },
      { Status: 'resolved', Count: 2 },
    ],
  },
  f: { $float: 2 },
};
const fields = [
  '.',
  '$',
  '.n',
  '.neg',
  '.s',
  '.t',
  '.e',
  '.nothing',
  '.list',
  '.words',
  '.m',
  '.m.c.d',
  '.m.a',
  '.kv',
  '.kv.severity',
  '.kv.none',
  '.alert',
  '.alert.Status',
  '.alert.Labels.a',
  '.alert.Any',
  '.alerts',
  '.f',
  '.missing',
  '.missing.x',
  '$.m.b',
  '$x',
  '$.kv.SortedPairs',
];
const constants = [
  '0',
  '1',
  '-2',
  '1.5',
  '2.0',
  '0x1f',
  "'a'",
  '"str"',
  '``',
  '"é\\n"',
  'true',
  'false',
  'nil',
  '1e3',
];
const names = [
  'print',
  'println',
  'len',
  'not',
  'upper',
  'same',
  'html',
  'js',
  'urlquery',
  'index',
  'slice',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'and',
  'or',
  'add',
  'list',
  'words',
  'join',
  'count',
  'yes',
  'level',
  'fails',
  'pairs',
  'replace "e" "E"',
];

/** Writes templates that mostly parse and often fail when executed. */
class Writer {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  #pick(choices: readonly string[]): string {
    return choices[Math.floor(this.#random() * choices.length)] ?? '';
  }

  #repeat(most: number, write: () => string, separator: string): string {
    return Array.from({ length: Math.floor(this.#random() * (most + 1)) }, write).join(separator);
  }

  /** A directive of printf, some of them wrong. */
  #directive(): string {
    const flags = this.#repeat(2, () => this.#pick(['+', '-', '#', ' ', '0']), '');
    const width = this.#pick(['', '', '', '1', '5', '12', '*', '[1]', '[2]*']);
    const precision = this.#pick(['', '', '', '.', '.0', '.1', '.3', '.17', '.*', '.[1]*']);
    const verb = this.#pick('vvvdsqxXobOcUeEfFgGtTz%'.split(''));
    return `%${flags}${width}${precision}${verb}`;
  }

  #operand(depth: number): string {
    const chance = this.#random();
    if (chance < 0.5) return this.#pick(fields);
    if (chance < 0.8 || depth <= 0) return this.#pick(constants);
    return `(${this.pipe(depth - 1)})${chance > 0.97 ? '.x' : ''}`;
  }

  #command(depth: number): string {
    const chance = this.#random();
    if (chance < 0.4) return this.#operand(depth);
    if (chance < 0.6) {
      const format = `printf "${this.#repeat(3, () => this.#directive(), ' ')}"`;
      return `${format} ${this.#repeat(3, () => this.#operand(depth), ' ')}`;
    }
    return `${this.#pick(names)} ${this.#repeat(3, () => this.#operand(depth), ' ')}`;
  }

  pipe(depth: number): string {
    const more =
      this.#random() < 0.25 ? ` | ${this.#pick(names)} ${this.#repeat(1, () => this.#operand(0), ' ')}` : '';
    return this.#command(depth) + more;
  }

  #body(depth: number): string {
    return this.#repeat(2, () => this.action(depth - 1), this.#pick(['', ' ', '\n', ' - ']));
  }

  action(depth: number): string {
    const open = this.#pick(['{{', '{{', '{{- ']);
    const close = this.#pick(['}}', '}}', ' -}}']);
    const pipe = this.pipe(2);
    if (depth <= 0) return `${open}${pipe}${close}`;
    const otherwise = this.#random() < 0.5 ? `{{else}}${this.#body(depth)}` : '';
    switch (Math.floor(this.#random() * 9)) {
      case 0:
        return `${open}if ${pipe}${close}${this.#body(depth)}${otherwise}{{end}}`;
      case 1:
        return `${open}with ${pipe}${close}${this.#body(depth)}${otherwise}{{end}}`;
      case 2: {
        const loop = this.#pick(['', '$x := ', '$i, $x := ']);
        const jump = this.#pick(['', '', '{{break}}', '{{continue}}']);
        return `${open}range ${loop}${pipe}${close}${this.#body(depth)}${jump}${this.#body(depth)}${otherwise}{{end}}`;
      }
      case 3:
        return `${open}$x := ${pipe}${close}`;
      case 4:
        return `${open}$x = ${pipe}${close}`;
      case 5:
        return `${open}template "t" ${pipe}${close}`;
      default:
        return `text ${open}${pipe}${close} text`;
    }
  }
}

/** A template made of a seed. */
export function randomCase(seed: number): OracleCase {
  const random = randomNumbers(seed);
  const writer = new Writer(random);
  const actions = Array.from({ length: 1 + Math.floor(random() * 3) }, () => writer.action(3)).join('');
  const keys = (['default', 'zero', 'error'] as const)[Math.floor(random() * 3)] ?? 'default';
  return { template: `{{define "t"}}[{{.}}]{{end}}{{$x := 1}}${actions}`, data, missingkey: keys };
}
