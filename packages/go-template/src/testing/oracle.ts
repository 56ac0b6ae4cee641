import { compileRegex } from '../regex.ts';
import { goFunction, goMethod, type GoFunction } from '../functions/go-function.ts';
import { TemplateError } from '../template-error.ts';
import { TemplateSet } from '../template-set.ts';
import { duration } from '../time/duration.ts';
import { loadLocation, parseTime } from '../time/time.ts';
import { float64, mapType, safeHtml, scalarType, sliceType, structType } from '../values/go-type.ts';

/** A case of the oracle (fixtures/oracle/main.go) with what Go made of it. */
export interface OracleCase {
  readonly template: string;
  readonly data?: unknown;
  readonly files?: readonly string[];
  readonly missingkey?: 'default' | 'zero' | 'error';
  readonly html?: boolean;
  readonly output?: string | null;
  readonly error?: string;
}

interface Pair {
  readonly Name: string;
  readonly Value: string;
}
interface Alert {
  readonly Status: string;
  readonly Labels: unknown;
  readonly Count: number;
  readonly Any: unknown;
}
type Labels = Readonly<Record<string, string>>;

// The same types as in the oracle's program.
const pair = structType<Pair>({ name: 'main.Pair', fields: ['Name', 'Value'] });
const words = sliceType<string>({ name: '[]string' });
const pairs = sliceType({
  name: 'main.Pairs',
  methods: {
    Names: goMethod([], (list: readonly { value: Pair }[]) => words.of(list.map((item) => item.value.Name))),
  },
});
const kv = mapType<string>({
  name: 'main.KV',
  zero: '',
  methods: (self) => ({
    SortedPairs: goMethod([], (labels: Labels) =>
      pairs.of(
        Object.keys(labels)
          .sort()
          .map((name) => pair.of({ Name: name, Value: labels[name] ?? '' })),
      ),
    ),
    Remove: goMethod(['...string'], (labels: Labels, ...names) =>
      self.of(Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)))),
    ),
  }),
});
const alert = structType<Alert>({
  name: 'main.Alert',
  fields: ['Status', 'Labels', 'Count', 'Any'],
  methods: {
    Firing: goMethod([], (self: Alert) => self.Status === 'firing'),
    Label: goMethod(['string', 'string'], (self: Alert, name, fallback) => {
      const labels = (self.Labels as { value: Labels }).value;
      return labels[name] ?? fallback;
    }),
    Broken: goMethod([], () => {
      throw new Error('this alert is broken');
    }),
  },
});
const alerts = sliceType({
  name: 'main.Alerts',
  methods: (self) => ({
    Filter: goMethod(['string'], (list: readonly { value: Alert }[], status) =>
      self.of(list.filter((item) => item.value.Status === status)),
    ),
  }),
});
const level = scalarType<number>({
  name: 'main.Level',
  kind: 'int',
  methods: { String: goMethod([], (value: number) => `level ${value}`) },
});

const functions: Readonly<Record<string, GoFunction>> = {
  upper: goFunction(['string'], (text) => text.toUpperCase()),
  join: goFunction(['string', 'strings'], (separator, parts) => parts.join(separator)),
  words: goFunction(['...string'], (...list) => words.of(list)),
  list: goFunction(['...any'], (...items) => items),
  add: goFunction(['int', 'int'], (a, b) => a + b),
  half: goFunction(['float'], (a) => float64.of(a / 2)),
  yes: goFunction(['bool'], (a) => a),
  fails: goFunction([], () => {
    throw new Error('it failed');
  }),
  same: goFunction(['any'], (a) => a),
  count: goFunction(['string', '...int'], (_text, ...rest) => rest.length),
  keys: goFunction(['map'], (map) => Object.keys(map).length),
  pairs: goFunction([kv], (labels) => Object.keys(labels).length),
  level: goFunction(['int'], (a) => level.of(a)),
  adder: goFunction([], () => goFunction(['int', 'int'], (a, b) => a + b)),
  safe: goFunction(['string'], (text) => safeHtml.of(text)),
  zone: goFunction(['string'], loadLocation),
  match: goFunction(['string', 'string'], (pattern, text) => compileRegex(pattern).match(text)),
  replace: goFunction(['string', 'string', 'string'], (pattern, replacement, text) =>
    compileRegex(pattern).replaceAll(text, replacement),
  ),
};

const alertOf = (raw: Partial<Record<keyof Alert, unknown>>): unknown =>
  alert.of({
    Status: typeof raw.Status === 'string' ? raw.Status : '',
    Labels: kv.of((raw.Labels ?? {}) as Labels),
    Count: Number(raw.Count ?? 0),
    Any: valueOf(raw.Any ?? null),
  });

/** How the oracle's data names values of a type. */
const typed: Readonly<Record<string, (raw: unknown) => unknown>> = {
  $float: (raw) => float64.of(raw as number),
  $kv: (raw) => kv.of(raw as Labels),
  $pairs: (raw) => pairs.of((raw as [string, string][]).map(([Name, Value]) => pair.of({ Name, Value }))),
  $alert: (raw) => alertOf(raw as object),
  $alerts: (raw) => alerts.of((raw as object[]).map(alertOf)),
  $time: (raw) => parseTime(raw as string),
  $duration: (raw) => duration.of(BigInt(raw as number)),
  $html: (raw) => safeHtml.of(raw as string),
  $level: (raw) => level.of(raw as number),
};

function valueOf(raw: unknown): unknown {
  if (Array.isArray(raw)) return raw.map(valueOf);
  if (typeof raw !== 'object' || raw === null) return raw;
  const [[key, inner] = ['', undefined]] = Object.entries(raw);
  const make = typed[key];
  if (make) return make(inner);
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, valueOf(value)]));
}

/** What ours makes of a case: its text or the message of its error. */
export function runCase({ template, data, files = [], missingkey, html }: OracleCase): {
  output: string | undefined;
  error: string;
} {
  const set = new TemplateSet({ functions, missingKey: missingkey ?? 'default', html: html ?? false });
  try {
    for (const file of files) set.parse('file', file);
    return { output: set.parse('main', template).execute('main', valueOf(data)), error: '' };
  } catch (error) {
    if (error instanceof TemplateError) return { output: undefined, error: error.message };
    throw error;
  }
}
