import { expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import { selectedField } from './selected-field.ts';

const object = (fields: Record<string, unknown>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: {},
  ...fields,
});

test.each([
  ['jobs.batch', 'status.successful', { status: { succeeded: 1 } }, '1'],
  ['jobs.batch', 'status.successful', {}, '0'],
  ['nodes', 'spec.unschedulable', {}, 'false'],
  ['nodes', 'spec.unschedulable', { spec: { unschedulable: true } }, 'true'],
  ['events', 'source', { source: { component: 'kubelet' } }, 'kubelet'],
  ['events', 'involvedObject.name', { involvedObject: { name: 'p' } }, 'p'],
  ['pods', 'spec.nodeName', {}, ''],
  ['widgets.example.com', 'spec.size', { spec: { size: 3 } }, '3'],
  ['widgets.example.com', 'spec.on', { spec: { on: false } }, 'false'],
  ['widgets.example.com', 'source', { source: 'x' }, 'x'],
])('%s select by %s', (storageKey, field, fields, text) =>
  expect(selectedField(object(fields), storageKey, field)).toBe(text),
);
