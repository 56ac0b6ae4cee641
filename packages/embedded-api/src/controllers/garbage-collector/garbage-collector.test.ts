import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject, OwnerReference } from '../../object.ts';
import { InProcess, customResource } from '../testing/in-process.ts';
import { GarbageCollector } from './garbage-collector.ts';

let server: InProcess;
let collector: GarbageCollector;

beforeEach(async () => {
  server = new InProcess();
  server.serveCustom();
  await server.createNamespace('a');
  await server.createNamespace('b');
  collector = new GarbageCollector(server.context);
});
afterEach(async () => {
  await collector.stop();
  server.store.close();
  expect(server.errors).toEqual([]);
});

const ownedBy = (owner: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name ?? '',
  uid: owner.metadata.uid ?? '',
  ...more,
});
const owned = (...ownerReferences: OwnerReference[]): Partial<KubeObject> => ({
  metadata: { ownerReferences },
});

describe('background', () => {
  test('dependents follow their owner, and theirs follow them, built-in and custom', async () => {
    const owner = await server.create('widgets', 'a', 'owner');
    const child = await server.create('configmaps', 'a', 'child', owned(ownedBy(owner)));
    await server.create('widgets', 'a', 'grandchild', owned(ownedBy(child)));
    await server.create('configmaps', 'a', 'bystander');
    await server.delete('widgets', 'a', 'owner');
    await collector.settled();
    expect(server.names('configmaps', 'a')).toEqual(['bystander']);
    expect(server.names('widgets', 'a')).toEqual([]);
  });

  test('a dependent stays as long as one of its owners is there, and loses the references to others', async () => {
    const one = await server.create('configmaps', 'a', 'one');
    const two = await server.create('configmaps', 'a', 'two');
    await server.create('configmaps', 'a', 'child', owned(ownedBy(one), ownedBy(two)));
    await server.delete('configmaps', 'a', 'one');
    await collector.settled();
    expect(server.get('configmaps', 'a', 'child')?.metadata.ownerReferences).toEqual([ownedBy(two)]);
    await server.delete('configmaps', 'a', 'two');
    await collector.settled();
    expect(server.names('configmaps', 'a')).toEqual([]);
  });

  test('an object that names an owner that never was is collected; one of the same name is not that owner', async () => {
    const owner = await server.create('configmaps', 'a', 'owner');
    await server.create('configmaps', 'a', 'child', owned(ownedBy(owner, { uid: 'another-uid' })));
    await collector.settled();
    expect(server.names('configmaps', 'a')).toEqual(['owner']);
  });

  test('a namespaced object may be owned by a cluster-scoped one', async () => {
    const owner = await server.create('rigs', '', 'owner');
    await server.create('configmaps', 'a', 'child', owned(ownedBy(owner)));
    await collector.settled();
    expect(server.names('configmaps', 'a')).toEqual(['child']);
    await server.delete('rigs', '', 'owner');
    await collector.settled();
    expect(server.names('configmaps', 'a')).toEqual([]);
  });

  test('a thousand dependents go', async () => {
    const owner = await server.create('widgets', 'a', 'owner');
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        server.create('widgets', 'a', `child-${i}`, owned(ownedBy(owner))),
      ),
    );
    await server.delete('widgets', 'a', 'owner');
    await collector.settled();
    expect(server.names('widgets', 'a')).toEqual([]);
  });
});

describe('foreground', () => {
  test('the owner goes after the dependents that block it', async () => {
    const owner = await server.create('widgets', 'a', 'owner');
    const blocking = owned(ownedBy(owner, { blockOwnerDeletion: true }));
    blocking.metadata = { ...blocking.metadata, finalizers: ['example.com/hold'] };
    await server.create('configmaps', 'a', 'blocks', blocking);
    await server.create('configmaps', 'a', 'follows', owned(ownedBy(owner)));
    await server.delete('widgets', 'a', 'owner', 'Foreground');
    await collector.settled();
    expect(server.get('widgets', 'a', 'owner')?.metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(server.get('configmaps', 'a', 'blocks')?.metadata.deletionTimestamp).toBeDefined();
    await server.patch('configmaps', 'a', 'blocks', { metadata: { finalizers: null } });
    await collector.settled();
    expect(server.names('widgets', 'a')).toEqual([]);
    expect(server.names('configmaps', 'a')).toEqual([]);
  });

  test('whole trees go from the leaves', async () => {
    const order: string[] = [];
    server.store.subscribe((events) => {
      for (const event of events) if (event.type === 'DELETED') order.push(event.name);
    });
    const root = await server.create('widgets', 'a', 'root');
    const middle = await server.create(
      'widgets',
      'a',
      'middle',
      owned(ownedBy(root, { blockOwnerDeletion: true })),
    );
    await server.create('widgets', 'a', 'leaf', owned(ownedBy(middle, { blockOwnerDeletion: true })));
    await server.delete('widgets', 'a', 'root', 'Foreground');
    await collector.settled();
    expect(order).toEqual(['leaf', 'middle', 'root']);
  });

  test('a blocking dependent that lets go frees its owner', async () => {
    const owner = await server.create('widgets', 'a', 'owner');
    const held = owned(ownedBy(owner, { blockOwnerDeletion: true }));
    held.metadata = { ...held.metadata, finalizers: ['example.com/hold'] };
    await server.create('configmaps', 'a', 'child', held);
    await server.delete('widgets', 'a', 'owner', 'Foreground');
    await collector.settled();
    await server.patch('configmaps', 'a', 'child', { metadata: { ownerReferences: null } });
    await collector.settled();
    expect(server.names('widgets', 'a')).toEqual([]);
    expect(server.names('configmaps', 'a')).toEqual(['child']);
  });

  test('objects that own each other do not wait for each other for ever', async () => {
    const one = await server.create('widgets', 'a', 'one');
    const two = await server.create('widgets', 'a', 'two', owned(ownedBy(one, { blockOwnerDeletion: true })));
    await server.patch('widgets', 'a', 'one', {
      metadata: { ownerReferences: [ownedBy(two, { blockOwnerDeletion: true })] },
    });
    await server.delete('widgets', 'a', 'one', 'Foreground');
    await collector.settled();
    expect(server.names('widgets', 'a')).toEqual([]);
  });

  test('a dependent with another owner only loses the reference', async () => {
    const owner = await server.create('widgets', 'a', 'owner');
    const other = await server.create('widgets', 'a', 'other');
    await server.create(
      'configmaps',
      'a',
      'child',
      owned(ownedBy(owner, { blockOwnerDeletion: true }), ownedBy(other)),
    );
    await server.delete('widgets', 'a', 'owner', 'Foreground');
    await collector.settled();
    expect(server.names('widgets', 'a')).toEqual(['other']);
    expect(server.get('configmaps', 'a', 'child')?.metadata.ownerReferences).toEqual([ownedBy(other)]);
  });
});

test('orphan: dependents stay and no longer name the owner', async () => {
  const owner = await server.create('widgets', 'a', 'owner');
  const other = await server.create('widgets', 'a', 'other');
  await server.create('configmaps', 'a', 'child', owned(ownedBy(owner), ownedBy(other)));
  await server.create('widgets', 'a', 'second', owned(ownedBy(owner)));
  await server.delete('widgets', 'a', 'owner', 'Orphan');
  await collector.settled();
  expect(server.names('widgets', 'a')).toEqual(['other', 'second']);
  expect(server.get('configmaps', 'a', 'child')?.metadata.ownerReferences).toEqual([ownedBy(other)]);
  expect(server.get('widgets', 'a', 'second')?.metadata.ownerReferences ?? []).toEqual([]);
});

describe('references that cannot work', () => {
  test('an owner in another namespace counts as absent, with a warning', async () => {
    const owner = await server.create('configmaps', 'b', 'owner');
    await server.create('configmaps', 'a', 'child', owned(ownedBy(owner)));
    await collector.settled();
    expect(server.names('configmaps', 'a')).toEqual([]);
    expect(server.names('configmaps', 'b')).toEqual(['owner']);
    const [event] = server.store.list('events', 'a');
    expect(event).toMatchObject({
      reason: 'OwnerRefInvalidNamespace',
      type: 'Warning',
      involvedObject: { kind: 'ConfigMap', name: 'child' },
    });
  });

  test('a cluster-scoped object with a namespaced owner is left alone, with a warning', async () => {
    const owner = await server.create('configmaps', 'b', 'owner');
    await server.create('rigs', '', 'child', owned(ownedBy(owner)));
    await collector.settled();
    expect(server.names('rigs')).toEqual(['child']);
    expect(server.store.list('events', 'default').length).toBeLessThanOrEqual(1);
  });

  test('an owner of a kind that is not served decides nothing until it is', async () => {
    const reference = { apiVersion: 'later.example.com/v1', kind: 'Later', name: 'x', uid: 'u' };
    await server.create('configmaps', 'a', 'child', owned(reference));
    await collector.settled();
    expect(server.names('configmaps', 'a')).toEqual(['child']);
    const later = { ...customResource('laters', 'Later', true), group: 'later.example.com' };
    server.registry.replaceCustom('laters.later.example.com', [later]);
    await collector.settled();
    expect(server.names('configmaps', 'a')).toEqual([]);
  });

  test('dependents follow an owner whose kind went with it', async () => {
    const owner = await server.create('widgets', 'a', 'owner');
    await server.create('configmaps', 'a', 'child', owned(ownedBy(owner)));
    await server.delete('widgets', 'a', 'owner');
    server.registry.replaceCustom('widgets.example.com', []);
    await collector.settled();
    expect(server.names('configmaps', 'a')).toEqual([]);
  });
});

test('work that was left undone is taken up after a restart', async () => {
  const owner = await server.create('widgets', 'a', 'owner');
  await server.create('widgets', 'a', 'child', owned(ownedBy(owner)));
  const waiting = await server.create('widgets', 'a', 'waiting');
  await server.create('configmaps', 'a', 'held', owned(ownedBy(waiting, { blockOwnerDeletion: true })));
  await collector.stop();
  await server.delete('widgets', 'a', 'owner');
  await server.delete('widgets', 'a', 'waiting', 'Foreground');
  const restarted = new InProcess(server.store);
  collector = new GarbageCollector(restarted.context);
  await collector.settled();
  // The custom kinds come a little later, as their definitions are read.
  restarted.serveCustom();
  await collector.settled();
  expect(restarted.names('widgets', 'a')).toEqual([]);
  expect(restarted.names('configmaps', 'a')).toEqual([]);
  expect(restarted.errors).toEqual([]);
});
