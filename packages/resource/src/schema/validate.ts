import { invalid, notSupported, required, tooLong, tooMany, typeInvalid } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { goJson, goNumber, goQuote } from '../go-text.ts';
import { formatCheck } from './formats.ts';
import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { matchesPattern } from './pattern.ts';

/**
 * What an object breaks of a schema's value rules: types, bounds, enums, patterns, formats, junctors. Order, paths and
 * texts are those of kube-apiserver, whose validator prints paths twice: as the field, and in the message.
 */
export function validateSchema(value: unknown, schema: JsonSchema, path = ''): Cause[] {
  const report = new Report();
  validateValue(value, schema, path, report);
  return report.causes;
}

// Matches count the checks that passed: the branch of a junctor that got furthest explains the failure best.
class Report {
  readonly causes: Cause[] = [];
  readonly #seen = new Set<string>();
  matches = 0;
  add(cause: Cause): void {
    // Junctors repeat what their parent found already.
    const text = `${cause.field}\n${cause.message}`;
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    this.causes.push(cause);
  }
  merge(other: Report): void {
    other.causes.forEach((cause) => this.add(cause));
    this.matches += other.matches;
  }
}

function validateValue(value: unknown, schema: JsonSchema, path: string, report: Report): void {
  const typed =
    schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true || schema.format !== undefined;
  if (value === null || value === undefined) {
    if (typed) validateNull(schema, path, report);
    validateEnum(null, schema, path, report);
    return;
  }
  if (typed) validateType(value, schema, path, report);
  if (schema.allOf ?? schema.anyOf ?? schema.oneOf ?? schema.not)
    validateJunctors(value, schema, path, report);
  report.matches += 2;
  if (typeof value === 'string') validateString(value, schema, path, report);
  else if (typeof value === 'number') validateNumber(value, schema, path, report);
  else if (Array.isArray(value)) validateList(value, schema, path, report);
  validateEnum(value, schema, path, report);
  if (isObject(value)) validateObject(value, schema, path, report);
}

const inBody = (path: string): string => `${path} in body`;
const typeNames = (schema: JsonSchema): string[] =>
  schema['x-kubernetes-int-or-string']
    ? ['integer', 'string']
    : schema.type === undefined
      ? []
      : [schema.type];

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function wrongType(path: string, expected: string, actual: string): Cause {
  return typeInvalid(path, actual, `${inBody(path)} must be of type ${expected}: ${goQuote(actual)}`);
}

function validateNull(schema: JsonSchema, path: string, report: Report): void {
  const types = typeNames(schema);
  if (types.length > 0 && schema.nullable !== true) report.add(wrongType(path, types.join(','), 'null'));
  else report.matches++;
}

function validateType(value: unknown, schema: JsonSchema, path: string, report: Report): void {
  const types = typeNames(schema);
  const actual = typeOf(value);
  const format = schema.format ?? '';
  if (actual !== 'string' && actual !== 'array' && formatCheck(format) && !types.includes('number')) {
    const form = { integer: 'int64', number: 'float64' }[actual] ?? '';
    report.add(typeInvalid(path, form, `${inBody(path)} must be of type ${format}: ${goQuote(form)}`));
    return;
  }
  const fits =
    types.length === 0 || types.includes(actual) || (actual === 'integer' && types.includes('number'));
  if (fits) report.matches++;
  else report.add(wrongType(path, types.join(','), actual));
}

function validateString(value: string, schema: JsonSchema, path: string, report: Report): void {
  const { minLength, maxLength, pattern, format } = schema;
  // Lengths are in characters as Go counts them: code points.
  const length = minLength === undefined && maxLength === undefined ? 0 : Array.from(value).length;
  if (maxLength !== undefined && length > maxLength) report.add(tooLong(path, maxLength));
  else if (minLength !== undefined && length < minLength) {
    report.add(invalid(path, value, `${inBody(path)} should be at least ${minLength} chars long`));
  } else if (pattern && !matchesPattern(pattern, value)) {
    report.add(invalid(path, value, `${inBody(path)} should match '${pattern}'`));
  }
  if (format !== undefined && formatCheck(format)?.(value) === false) {
    report.add(typeInvalid(path, value, `${inBody(path)} must be of type ${format}: ${goQuote(value)}`));
  }
}

function validateNumber(value: number, schema: JsonSchema, path: string, report: Report): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const say = (rule: string, bound: number): void =>
    report.add(invalid(path, value, `${inBody(path)} should be ${rule} ${goNumber(bound)}`));
  if (schema.type === 'integer' && !Number.isInteger(value)) {
    report.add(invalid(wholeObject, '', `Checked value must be of type integer (default format) in ${path}`));
  }
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) say('a multiple of', multipleOf);
  if (minimum !== undefined && (value < minimum || (exclusiveMinimum === true && value === minimum))) {
    say(exclusiveMinimum ? 'greater than' : 'greater than or equal to', minimum);
  }
  if (maximum !== undefined && (value > maximum || (exclusiveMaximum === true && value === maximum))) {
    say(exclusiveMaximum ? 'less than' : 'less than or equal to', maximum);
  }
  report.matches++;
}

// The quotient may be off by the last bits: 0.3 / 0.1.
function isMultiple(value: number, factor: number): boolean {
  if (factor <= 0) return false;
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  const nearest = Math.round(quotient);
  return Math.abs(quotient - nearest) <= Math.max(1e-9 * Math.abs(quotient), Number.EPSILON);
}

function validateList(list: unknown[], schema: JsonSchema, path: string, report: Report): void {
  const { items, minItems, maxItems } = schema;
  // The bound comes first in effort: a list far too long is not walked.
  if (maxItems !== undefined && list.length > maxItems) report.add(tooMany(path, list.length, maxItems));
  else if (items !== undefined)
    list.forEach((item, i) => validateValue(item, items, `${path}[${i}]`, report));
  if (minItems !== undefined && list.length < minItems) {
    report.add(invalid(path, list.length, `${inBody(path)} should have at least ${minItems} items`));
  }
  report.matches++;
}

function validateEnum(value: unknown, schema: JsonSchema, path: string, report: Report): void {
  if (schema.enum === undefined || schema.enum.length === 0) return;
  if (schema.enum.includes(value)) return;
  if (typeof value === 'object' && value !== null) {
    const text = goJson(value);
    if (schema.enum.some((allowed) => goJson(allowed) === text)) return;
  }
  const allowed = schema.enum.map((entry) => (typeof entry === 'string' ? entry : goJson(entry)));
  report.add(notSupported(path, value, allowed));
}

function validateObject(
  object: Record<string, unknown>,
  schema: JsonSchema,
  path: string,
  report: Report,
): void {
  const { properties, additionalProperties, minProperties, maxProperties } = schema;
  const keys = Object.keys(object);
  if (minProperties !== undefined && keys.length < minProperties) {
    report.add(
      invalid(path, keys.length, `${inBody(path)} should have at least ${minProperties} properties`),
    );
    return;
  }
  if (maxProperties !== undefined && keys.length > maxProperties) {
    report.add(tooMany(path, keys.length, maxProperties));
    return;
  }
  for (const key of keys) {
    const at = path ? `${path}.${key}` : key;
    const property = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property) validateValue(object[key], property, at, report);
    else if (isObject(additionalProperties)) validateValue(object[key], additionalProperties, at, report);
    else if (additionalProperties === false)
      report.add(invalid(path, key, `${path}.${key} in body is a forbidden property`));
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(object, name)) report.add(required(path ? `${path}.${name}` : name));
  }
}

// Junctors are about the whole, so the server gives their message no field.
const wholeObject = '<nil>';

function validateJunctors(value: unknown, schema: JsonSchema, path: string, report: Report): void {
  const say = (message: string): void => report.add(invalid(wholeObject, '', `${goQuote(path)} ${message}`));
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  if (anyOf.length > 0) {
    const { valid, best } = tryAll(value, anyOf, path);
    if (valid === 0) say('must validate at least one schema (anyOf)');
    if (best) report.merge(best);
  }
  if (oneOf.length > 0) {
    const { valid, best } = tryAll(value, oneOf, path);
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    if (valid !== 1) say(`must validate one and only one schema (oneOf). ${found}`);
    if (best && valid < 2) report.merge(best);
  }
  let failed = 0;
  for (const branch of allOf) {
    const result = new Report();
    validateValue(value, branch, path, result);
    if (result.causes.length > 0) failed++;
    report.merge(result);
  }
  if (failed > 0)
    say(`must validate all the schemas (allOf)${failed === allOf.length ? '. None validated' : ''}`);
  if (schema.not && validateSchema(value, schema.not, path).length === 0)
    say('must not validate the schema (not)');
}

function tryAll(
  value: unknown,
  branches: JsonSchema[],
  path: string,
): { valid: number; best: Report | undefined } {
  let valid = 0;
  let best: Report | undefined;
  for (const branch of branches) {
    const result = new Report();
    validateValue(value, branch, path, result);
    if (result.causes.length === 0) {
      if (valid++ === 0) best = result;
    } else if (valid === 0 && (best === undefined || result.matches > best.matches)) best = result;
  }
  return { valid, best };
}
