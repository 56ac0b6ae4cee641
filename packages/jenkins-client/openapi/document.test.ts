import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openApiDocument, operations } from './document.ts';
import { recordedOperations } from './recorded.ts';

const version = (
  JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }
).version;
const document = openApiDocument(version) as {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { readonly parameters: readonly object[]; readonly responses: object }>
  >;
  readonly components: Record<string, Record<string, unknown>>;
};
const text = JSON.stringify(document);

describe('the OpenAPI document', () => {
  test('gives every operation a name of its own', () => {
    const ids = operations.map((operation) => operation.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('describes no route twice', () => {
    const routes = operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
    expect(routes.filter((route, index) => routes.indexOf(route) !== index)).toEqual([]);
  });

  test('refers only to what is there, and holds nothing that is not referred to', () => {
    const referred = new Set(
      [...text.matchAll(/"\$ref":"#\/components\/(\w+\/\w+)"/g)].map(([, name]) => name),
    );
    const there = ['schemas', 'responses', 'parameters'].flatMap((kind) =>
      Object.keys(document.components[kind] ?? {}).map((name) => `${kind}/${name}`),
    );
    expect([...referred].sort()).toEqual(there.sort());
    expect(text.match(/"\$ref":"(?!#\/components\/)/)).toBeNull();
  });

  test('declares exactly the parameters that a path has', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(
        ([, name]) => `#/components/parameters/${name ?? ''}`,
      );
      for (const operation of Object.values(methods)) {
        const declared = operation.parameters.filter((one) => '$ref' in one).map((one) => one.$ref);
        expect(declared).toEqual(names);
        expect(Object.keys(operation.responses).every((status) => /^[1-5]\d\d$/.test(status))).toBe(true);
      }
    }
  });

  test('says of every answer what it means', () => {
    for (const operation of operations) {
      expect(Object.keys(operation.answers).length).toBeGreaterThan(0);
      for (const answer of Object.values(operation.answers)) expect(answer.description).not.toBe('');
    }
  });

  test('marks exactly those as unproven that no recording shows', () => {
    const recorded = recordedOperations();
    const unproven = operations.filter((operation) => operation.unproven).map(({ id }) => id);
    expect(unproven).toEqual(operations.map(({ id }) => id).filter((id) => !recorded.has(id)));
  });

  test('is the file that is published', () => {
    const file = readFileSync(join(import.meta.dirname, '../openapi.json'), 'utf8');
    expect(JSON.parse(file), 'run npm run generate').toEqual(document);
  });
});
