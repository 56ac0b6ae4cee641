import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Compile } from 'typebox/schema';
import { AddressPolicy } from '../src/outgoing/address-policy.ts';
import { readAnswer } from '../src/sources/answer-content.ts';
import { mailTo } from '../src/sources/testing/fake-source.ts';
import { openApiDocument } from './document.ts';

const committed = readFileSync(join(import.meta.dirname, '../openapi.json'), 'utf8');
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  version: string;
};
const document = openApiDocument(version) as {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Content }>; requestBody?: { content: Content } }>
  >;
  components: Record<string, Record<string, object>>;
};
type Content = Record<string, { schema: object; examples: Record<string, { value: unknown }> }>;

const resolve = (reference: string): unknown =>
  reference
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);

/** A validator of one of the schemas, with the components that it refers to beside it. */
const validator = (schema: object) => Compile({ ...schema, components: document.components });
const schemaNamed = (name: string): object => ({ $ref: `#/components/schemas/${name}` });

const contents = Object.values(document.paths).flatMap((path) =>
  Object.values(path).flatMap(({ responses, requestBody }) => [
    ...Object.values(responses).flatMap(({ content }) => (content ? [content] : [])),
    ...(requestBody ? [requestBody.content] : []),
  ]),
);
const examples = contents.flatMap(
  ({ 'application/json': { schema, examples: named } = { schema: {}, examples: {} } }) =>
    Object.values(named).map(({ value }) => ({ schema, value })),
);

test('the committed document is up to date', () => {
  expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(document)));
});

test('every reference leads somewhere, and nothing is there that is not referred to', () => {
  const text = JSON.stringify(document);
  const referred = new Set([...text.matchAll(/"\$ref":"([^"]+)"/gu)].map(([, reference = '']) => reference));
  expect([...referred].filter((reference) => resolve(reference) === undefined)).toEqual([]);
  const there = ['schemas', 'parameters', 'headers', 'responses'].flatMap((part) =>
    Object.keys(document.components[part] ?? {}).map((name) => `#/components/${part}/${name}`),
  );
  expect([...referred].sort()).toEqual(there.sort());
});

describe('the examples', () => {
  test('are valid', () => {
    expect(examples.length).toBeGreaterThan(5);
    for (const { schema, value } of examples) expect(validator(schema).Check(value)).toBe(true);
  });

  test('are understood by the notification manager, and nothing in them is left out', () => {
    const trust = { secretNamespaces: [], policy: new AddressPolicy() };
    const lists = examples.filter(
      ({ value }) => Array.isArray(value) || (value as { kind?: string }).kind === 'ReceiverList',
    );
    expect(lists).toHaveLength(4);
    for (const { value } of lists) expect(readAnswer(value, 'hr', trust).content.skipped).toEqual([]);
  });
});

describe('the schemas', () => {
  const list = validator(schemaNamed('ReceiverList'));
  const of = (rest: object): object => ({
    apiVersion: 'notification.armillary.dev/v1',
    kind: 'ReceiverList',
    ...rest,
  });

  test.each([
    [{ receivers: [] }, true],
    [{ receivers: null, tenants: null }, true],
    [{ tenants: ['ann'] }, true],
    [{ receivers: [mailTo('ann')], more: 1 }, true],
    [{}, false],
    [{ kind: 'List', receivers: [] }, false],
    [{ receivers: {} }, false],
    [{ receivers: [{ metadata: { name: 'a' }, spec: { email: { to: 'a@b.example' } } }] }, false],
    [{ receivers: [{ spec: {} }] }, false],
    [{ receivers: [], metadata: { ttlSeconds: -1 } }, false],
  ])('a list with %j is valid: %s', (rest, valid) => {
    expect(list.Check(of(rest))).toBe(valid);
  });
});
