import { describe, expect, test } from 'vitest';
import { resourceOf } from '../builtin/testing/admit.ts';
import type { KubeObject } from '../object.ts';
import { age, humanDuration } from './age.ts';
import { parseIncludeObject, toTable } from './table.ts';

const now = new Date('2024-01-01T00:05:00Z');
const object: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'n', creationTimestamp: '2024-01-01T00:00:00Z' },
  data: { a: '1', b: '2' },
};
const configMaps = resourceOf('ConfigMap');

describe('a table', () => {
  test('has a row of cells for each object, with its metadata', () => {
    expect(toTable(configMaps, [object], { now, metadata: { resourceVersion: '7' } })).toEqual({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '7' },
      columnDefinitions: [
        expect.objectContaining({ name: 'Name', type: 'string', format: 'name', priority: 0 }),
        expect.objectContaining({ name: 'Data', type: 'string', format: '', priority: 0 }),
        expect.objectContaining({ name: 'Age', type: 'string', format: '', priority: 0 }),
      ],
      rows: [
        {
          cells: ['c', 2, '5m'],
          object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
        },
      ],
    });
  });

  test('carries whole objects or none when asked to', () => {
    const rows = (includeObject: 'None' | 'Object'): unknown =>
      toTable(configMaps, [object], { now, includeObject }).rows[0];
    expect(rows('None')).toEqual({ cells: ['c', 2, '5m'] });
    expect(rows('Object')).toMatchObject({ object });
  });

  test('speaks the older version', () => {
    const table = toTable(configMaps, [object], { now, version: 'v1beta1' });
    expect(table).toMatchObject({ apiVersion: 'meta.k8s.io/v1beta1' });
    expect(table.rows[0]?.object).toMatchObject({ apiVersion: 'meta.k8s.io/v1beta1' });
  });

  test('says of pods that they have ended', () => {
    const pod = (phase: string): KubeObject => ({ ...object, kind: 'Pod', status: { phase } });
    const { rows } = toTable(resourceOf('Pod'), [pod('Succeeded'), pod('Running')], { now });
    expect(rows[0]?.conditions).toMatchObject([{ type: 'Completed', status: 'True', reason: 'Succeeded' }]);
    expect(rows[1]).not.toHaveProperty('conditions');
  });

  test('refuses what it does not know to include', () => {
    expect(parseIncludeObject(null)).toBe('Metadata');
    expect(parseIncludeObject('Object')).toBe('Object');
    expect(() => parseIncludeObject('All')).toThrow('unrecognized includeObject value: "All"');
  });
});

// As k8s.io/apimachinery prints them.
test.each([
  [-5, '<invalid>'],
  [-1, '0s'],
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [200, '3m20s'],
  [599, '9m59s'],
  [600, '10m'],
  [179 * 60, '179m'],
  [180 * 60, '3h'],
  [200 * 60, '3h20m'],
  [8 * 3600, '8h'],
  [47 * 3600, '47h'],
  [48 * 3600, '2d'],
  [50 * 3600, '2d2h'],
  [8 * 86400, '8d'],
  [729 * 86400, '729d'],
  [730 * 86400, '2y'],
  [735 * 86400, '2y5d'],
  [8 * 365 * 86400 + 5, '8y'],
])('%s seconds are %s', (seconds, text) => expect(humanDuration(seconds * 1000)).toBe(text));

test('an age needs a time', () => {
  expect(age(undefined, now)).toBe('<unknown>');
  expect(age('never', now)).toBe('<unknown>');
  expect(age('2024-01-01T00:05:01Z', now)).toBe('0s');
});
