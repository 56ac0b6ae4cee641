import type { StatusCause } from '../../status-error.ts';
import { invalidValue, notSupported, required } from './field-error.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DATA_KEY = /^[-._a-zA-Z0-9]+$/;

/** What is wrong with a value, as kube-apiserver says it; empty when nothing is. */
export type Check = (value: string) => string[];

const form =
  (pattern: RegExp, most: number, text: string): Check =>
  (value) => [
    ...(value.length > most ? [`must be no more than ${most} characters`] : []),
    ...(pattern.test(value) ? [] : [text]),
  ];

/** A DNS label (RFC 1123). */
export const dnsLabel: Check = form(
  LABEL,
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
);

/** A DNS subdomain (RFC 1123). */
export const dnsSubdomain: Check = form(
  SUBDOMAIN,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
);

/** A key of a ConfigMap or Secret, which becomes a file name. */
export const dataKey: Check = (key) => [
  ...(key.length > 253 ? ['must be no more than 253 characters'] : []),
  ...(DATA_KEY.test(key)
    ? []
    : [
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ]),
  ...(key === '.' || key === '..' ? [`must not be '${key}'`] : []),
];

/** An IANA service name, as ports are named. */
export const portName: Check = (name) => [
  ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
  ...(/^[-a-z0-9]+$/.test(name)
    ? []
    : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
  ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
  ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
  ...(/^-|-$/.test(name) ? ['must not begin or end with a hyphen'] : []),
];

/** The name of an environment variable. */
export const environmentName: Check = (name) =>
  /^[ -<>-~]+$/.test(name)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

/** Causes for a text that must be there and pass a check. */
export const requiredText = (field: string, value: unknown, check: Check): StatusCause[] => {
  if (typeof value !== 'string' || value === '') return [required(field)];
  return check(value).map((why) => invalidValue(field, value, why));
};

/** Causes for a text that must pass a check when it is there. */
export const optionalText = (field: string, value: unknown, check: Check): StatusCause[] =>
  value === undefined || value === '' ? [] : requiredText(field, value, check);

/** Causes for a port number. */
export const portNumber = (field: string, value: unknown): StatusCause[] =>
  typeof value === 'number' && value >= 1 && value <= 65_535
    ? []
    : [invalidValue(field, value ?? 0, 'must be between 1 and 65535, inclusive')];

/** Causes for a number that may not be negative. */
export const notNegative = (field: string, value: unknown): StatusCause[] =>
  typeof value === 'number' && value < 0
    ? [invalidValue(field, value, 'must be greater than or equal to 0')]
    : [];

/** Causes for a value that must be one of a set; absent is fine unless `must` is set. */
export const oneOf = (
  field: string,
  value: unknown,
  supported: readonly string[],
  must = false,
): StatusCause[] => {
  if (value === undefined || value === '') return must ? [required(field)] : [];
  return supported.some((one) => one === value) ? [] : [notSupported(field, value, supported)];
};
