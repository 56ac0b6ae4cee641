import { invalid, required } from '../cause.ts';
import type { Cause } from '../cause.ts';
import { goQuote } from '../go-text.ts';
import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/** What breaks the form of objects inside the object (`x-kubernetes-embedded-resource`): their type and metadata. */
export function validateEmbeddedResources(value: unknown, schema: JsonSchema, path = ''): Cause[] {
  const causes: Cause[] = [];
  collect(value, schema, path, causes);
  return causes;
}

function collect(value: unknown, schema: JsonSchema, path: string, causes: Cause[]): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) value.forEach((item, i) => collect(item, items, `${path}[${i}]`, causes));
    return;
  }
  if (!isObject(value)) return;
  if (schema['x-kubernetes-embedded-resource'])
    for (const cause of embeddedCauses(value, path)) causes.push(cause);
  const { properties, additionalProperties } = schema;
  for (const [key, child] of Object.entries(value)) {
    if (typeof child !== 'object' || child === null) continue;
    const property = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property) collect(child, property, path ? `${path}.${key}` : key, causes);
    else if (isObject(additionalProperties)) collect(child, additionalProperties, `${path}[${key}]`, causes);
  }
}

const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const labelRule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

function embeddedCauses(object: Record<string, unknown>, path: string): Cause[] {
  const { apiVersion, kind, metadata } = object;
  const causes: Cause[] = [];
  for (const [name, value] of [
    ['apiVersion', apiVersion],
    ['kind', kind],
  ] as const) {
    const field = `${path}.${name}`;
    if (value === undefined) causes.push(required(field));
    else if (typeof value !== 'string') causes.push(invalid(field, value, 'must be a string'));
    else if (value === '') causes.push(invalid(field, value, 'must not be empty'));
  }
  if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2) {
    causes.push(invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  }
  if (typeof kind === 'string' && kind && (!label.test(kind.toLowerCase()) || kind.length > 63)) {
    causes.push(
      invalid(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${labelRule}`),
    );
  }
  return metadata === undefined ? causes : [...causes, ...metadataCauses(metadata, `${path}.metadata`)];
}

const name63 = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const nameRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function metadataCauses(metadata: unknown, path: string): Cause[] {
  if (!isObject(metadata)) {
    return [invalid(path, metadata, 'json: cannot unmarshal value into Go value of type v1.ObjectMeta')];
  }
  const { name, labels, annotations } = metadata;
  let causes: Cause[] = [];
  if (name !== undefined && typeof name !== 'string') {
    causes.push(invalid(`${path}.name`, name, 'must be a string'));
  } else if (name === '.' || name === '..') {
    causes.push(invalid(`${path}.name`, name, `may not be '${name}'`));
  } else if (typeof name === 'string' && /[/%]/.test(name)) {
    causes.push(invalid(`${path}.name`, name, `may not contain '${/[/%]/.exec(name)?.[0]}'`));
  }
  for (const [field, map] of [
    ['labels', labels],
    ['annotations', annotations],
  ] as const) {
    if (map === undefined || map === null) continue;
    if (!isObject(map)) causes.push(invalid(`${path}.${field}`, map, 'must be a map of strings'));
    else causes = [...causes, ...mapCauses(map, `${path}.${field}`, field === 'labels')];
  }
  return causes;
}

const labelValueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function mapCauses(map: Record<string, unknown>, path: string, isLabels: boolean): Cause[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const causes: Cause[] = [];
    const short = key.slice(key.indexOf('/') + 1);
    if (!name63.test(short) || short.length > 63) causes.push(invalid(path, key, `name part ${nameRule}`));
    if (typeof value !== 'string') {
      causes.push(invalid(path, value, `the value of ${goQuote(key)} must be a string`));
    } else if (isLabels && value !== '' && (!name63.test(value) || value.length > 63)) {
      causes.push(invalid(path, value, labelValueRule));
    }
    return causes;
  });
}
