import { expect, test } from 'vitest';
import { builtinResources } from '../builtin/resources.ts';
import type { ServedResource } from '../served-resource.ts';
import { Registry } from './registry.ts';

const custom = (version: string): ServedResource => {
  const secrets = builtinResources().find(({ plural }) => plural === 'secrets')!;
  return { ...secrets, group: 'example.com', version, plural: 'things', kind: 'Thing', custom: true };
};

test('finds resources by plural and by kind, built-in ones before custom ones', () => {
  const registry = new Registry(builtinResources());
  expect(registry.find('', 'v1', 'pods')?.kind).toBe('Pod');
  expect(registry.findKind('apps', 'v1', 'Deployment')?.plural).toBe('deployments');
  registry.replaceCustom('pods', [{ ...custom('v1'), group: '', plural: 'pods', kind: 'Pod' }]);
  expect(registry.find('', 'v1', 'pods')?.custom).toBe(false);
});

test('tells of changes to what definitions serve, and of nothing else', () => {
  const registry = new Registry(builtinResources());
  let changes = 0;
  const stop = registry.onChange(() => changes++);
  const before = registry.generation;
  registry.replaceCustom('things.example.com', [custom('v1'), custom('v2')]);
  expect(registry.find('example.com', 'v2', 'things')).toBeDefined();
  registry.replaceCustom('things.example.com', [custom('v1')]);
  expect(registry.find('example.com', 'v2', 'things')).toBeUndefined();
  registry.replaceCustom('unknown.example.com', []);
  expect(changes).toBe(2);
  expect(registry.generation).toBe(before + 2);
  stop();
  registry.replaceCustom('things.example.com', []);
  expect(registry.find('example.com', 'v1', 'things')).toBeUndefined();
  expect(changes).toBe(2);
});
