import { randomInt } from 'node:crypto';
import type { Strategy } from '../served-resource.ts';

type NameRule = NonNullable<Strategy['nameRule']>;

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

const rules: Record<Exclude<NameRule, 'path-segment'>, { max: number; pattern: RegExp; text: string }> = {
  'dns-subdomain': {
    max: 253,
    pattern: new RegExp(`^${label}(\\.${label})*$`),
    text:
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
      "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
      `'${label}(\\.${label})*')`,
  },
  'dns-label': {
    max: 63,
    pattern: new RegExp(`^${label}$`),
    text:
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
      `with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
  },
  'dns-1035-label': {
    max: 63,
    pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    text:
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic " +
      "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation " +
      "is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  },
};

/** What is wrong with a name, in the words of k8s.io/apimachinery's `validation`; empty when nothing is. */
export function nameProblems(name: string, rule: NameRule = 'dns-subdomain'): string[] {
  if (rule === 'path-segment') {
    if (name === '.' || name === '..') return [`may not be '${name}'`];
    return ['/', '%'].filter((c) => name.includes(c)).map((c) => `may not contain '${c}'`);
  }
  const { max, pattern, text } = rules[rule];
  return [
    ...(name.length > max ? [`must be no more than ${max} characters`] : []),
    ...(pattern.test(name) ? [] : [text]),
  ];
}

// Without vowels and look-alikes, so that no words come out.
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;

/** A name from `metadata.generateName`: five random characters after the prefix, which is cut to fit 63. */
export function generatedName(prefix: string): string {
  let name = prefix.slice(0, 63 - suffixLength);
  for (let i = 0; i < suffixLength; i++) name += alphabet[randomInt(alphabet.length)];
  return name;
}
