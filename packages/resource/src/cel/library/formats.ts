import { Optional } from '@marcbachmann/cel-js';
import type { Environment } from '@marcbachmann/cel-js';
import { formatCheck } from '../../schema/formats.ts';
import { matchesPattern } from '../../schema/pattern.ts';

/** A named format: what `format.NAME()` gives, with `validate`. */
class CelFormat {
  readonly problem: (text: string) => string | undefined;
  constructor(problem: (text: string) => string | undefined) {
    this.problem = problem;
  }
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const rule =
  (pattern: string, max: number, text: string) =>
  (value: string): string | undefined => {
    if (value.length > max) return `must be no more than ${max} characters`;
    return matchesPattern(`^${pattern}$`, value) ? undefined : text;
  };
const known =
  (format: string, text: string) =>
  (value: string): string | undefined =>
    formatCheck(format)?.(value) === false ? text : undefined;
const name = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const dnsLabel = rule(label, 63, `a lowercase RFC 1123 label must match ${label}`);
const subdomain = rule(
  `${label}(\\.${label})*`,
  253,
  `a lowercase RFC 1123 subdomain must match ${label}(\\.${label})*`,
);
const dns1035 = rule(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  63,
  'a DNS-1035 label must match [a-z]([-a-z0-9]*[a-z0-9])?',
);

const formats: Record<string, (text: string) => string | undefined> = {
  dns1123Label: dnsLabel,
  dns1123Subdomain: subdomain,
  dns1035Label: dns1035,
  dns1123LabelPrefix: (text) => dnsLabel(text.replace(/-$/, '')),
  dns1123SubdomainPrefix: (text) => subdomain(text.replace(/[-.]$/, '')),
  dns1035LabelPrefix: (text) => dns1035(text.replace(/-$/, '')),
  qualifiedName: (text) => {
    const [first = '', second] = text.split('/');
    const problem = second === undefined ? undefined : subdomain(first);
    return problem ?? rule(name, 63, `name part must match ${name}`)(second ?? first);
  },
  labelValue: rule(`(${name})?`, 63, `a valid label must be an empty string or match ${name}`),
  uri: known('uri', 'must be a URI'),
  uuid: known('uuid', 'must be a UUID'),
  byte: known('byte', 'must be base64 encoded'),
  date: known('date', 'must be a date'),
  datetime: known('date-time', 'must be a date and time'),
};

class Formats {
  readonly name = 'format';
}

/** Kubernetes' named formats (`cel/library/format.go`). */
export function registerFormats(environment: Environment): void {
  const values = new Map(Object.entries(formats).map(([key, problem]) => [key, new CelFormat(problem)]));
  environment
    .registerType('Format', CelFormat)
    .registerType('Formats', Formats)
    .registerConstant('format', 'Formats', new Formats())
    .registerFunction('Formats.named(string): optional<Format>', (_: Formats, key: string) =>
      values.has(key) ? Optional.of(values.get(key)) : Optional.none(),
    )
    .registerFunction(
      'Format.validate(string): optional<list<string>>',
      (format: CelFormat, text: string) => {
        const problem = format.problem(text);
        return problem === undefined ? Optional.none() : Optional.of([problem]);
      },
    );
  for (const [key, value] of values) environment.registerFunction(`Formats.${key}(): Format`, () => value);
}
