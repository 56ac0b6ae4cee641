import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../object.ts';
import { StatusError } from '../../status-error.ts';
import type { Controller } from '../controller.ts';
import { InProcess } from '../testing/in-process.ts';
import { deletionConditions, type NamespaceCondition } from './conditions.ts';
import { namespaceContents } from './namespace-contents.ts';
import { NamespaceLifecycle } from './namespace-lifecycle.ts';
import { protectedNamespaces } from './protected-namespaces.ts';

let server: InProcess;
let controllers: Controller[];
beforeEach(() => {
  server = new InProcess(undefined, [protectedNamespaces]);
  server.serveCustom();
  controllers = [];
});
afterEach(async () => {
  await Promise.all(controllers.map((controller) => controller.stop()));
  server.store.close();
});

const start = async <C extends Controller>(controller: C): Promise<C> => {
  controllers.push(controller);
  await controller.settled();
  return controller;
};

const settle = async (): Promise<void> => {
  for (const controller of controllers) await controller.settled();
};

/** A namespace as its strategy makes it, whether or not that is in place. */
const createNamespace = async (name: string): Promise<void> => {
  await server.create('namespaces', '', name, {
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  });
};

const conditions = (name: string): Record<string, string> => {
  const status = server.get('namespaces', '', name)?.['status'] as { conditions?: NamespaceCondition[] };
  return Object.fromEntries(
    (status.conditions ?? []).map((c) => [c.type, `${c.status} ${c.reason}: ${c.message}`]),
  );
};

describe('NamespaceLifecycle', () => {
  test('a deleted namespace goes with everything in it, custom resources too', async () => {
    await start(new NamespaceLifecycle(server.context));
    await createNamespace('a');
    await createNamespace('b');
    for (const namespace of ['a', 'b']) {
      await server.create('configmaps', namespace, 'c');
      await server.create('widgets', namespace, 'w');
    }
    await server.delete('namespaces', '', 'a');
    await settle();
    expect(server.names('namespaces')).toEqual(['b']);
    expect(server.names('configmaps')).toEqual(['c']);
    expect(server.names('widgets')).toEqual(['w']);
    expect(server.errors).toEqual([]);
  });

  test('it waits for finalizers of its content and says so', async () => {
    await start(new NamespaceLifecycle(server.context));
    await createNamespace('a');
    await server.create('widgets', 'a', 'w', { metadata: { finalizers: ['example.com/hold'] } });
    await server.delete('namespaces', '', 'a');
    await settle();
    expect(server.get('namespaces', '', 'a')?.['status']).toMatchObject({ phase: 'Terminating' });
    expect(conditions('a')).toEqual({
      NamespaceDeletionDiscoveryFailure: 'False ResourcesDiscovered: All resources successfully discovered',
      NamespaceDeletionGroupVersionParsingFailure:
        'False ParsedGroupVersions: All legacy kube types successfully parsed',
      NamespaceDeletionContentFailure:
        'False ContentDeleted: All content successfully deleted, may be waiting on finalization',
      NamespaceContentRemaining:
        'True SomeResourcesRemain: Some resources are remaining: widgets.example.com has 1 resource instances',
      NamespaceFinalizersRemaining:
        'True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    });
    await server.patch('widgets', 'a', 'w', { metadata: { finalizers: null } });
    await settle();
    expect(server.names('namespaces')).toEqual([]);
  });

  test('what is served under two names is counted once', async () => {
    await start(new NamespaceLifecycle(server.context));
    await createNamespace('a');
    await server.create('events', 'a', 'e', {
      metadata: { finalizers: ['example.com/hold'] },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'a' },
    });
    await server.delete('namespaces', '', 'a');
    await settle();
    expect(conditions('a')['NamespaceContentRemaining']).toMatch(/: events\. has 1 resource instances$/);
  });

  test('refused deletions are reported and tried again', async () => {
    const refusing = new InProcess(undefined, [
      {
        validate({ operation, name }) {
          if (operation === 'DELETE' && name === 'w')
            throw new StatusError({ code: 403, message: 'not this one' });
        },
      },
    ]);
    server.store.close();
    server = refusing;
    server.serveCustom();
    await start(new NamespaceLifecycle(server.context));
    await createNamespace('a');
    await server.create('widgets', 'a', 'w');
    await server.delete('namespaces', '', 'a');
    await settle();
    expect(conditions('a')['NamespaceDeletionContentFailure']).toBe(
      'True ContentDeletionFailed: Failed to delete all resource types, 1 remaining: not this one',
    );
    expect(server.errors.length).toBeGreaterThan(0);
  });

  test('a termination that was interrupted goes on after a restart', async () => {
    await createNamespace('a');
    await server.create('configmaps', 'a', 'c');
    await server.delete('namespaces', '', 'a');
    expect(server.names('namespaces')).toEqual(['a']);
    await start(new NamespaceLifecycle(server.context));
    expect(server.names('namespaces')).toEqual([]);
  });

  test("other finalizers of the namespace are somebody else's", async () => {
    await start(new NamespaceLifecycle(server.context));
    await server.create('namespaces', '', 'a', { spec: { finalizers: ['kubernetes', 'example.com/mine'] } });
    await server.delete('namespaces', '', 'a');
    await settle();
    expect(server.get('namespaces', '', 'a')?.['spec']).toMatchObject({ finalizers: ['example.com/mine'] });
  });
});

test('a condition that says the same keeps its time', () => {
  const object = { metadata: { name: 'x' } } as KubeObject;
  const first = deletionConditions(
    [],
    [{ resource: 'pods.', objects: [object, object] }],
    [],
    '2026-01-01T00:00:00Z',
  );
  const second = deletionConditions(
    first,
    [{ resource: 'pods.', objects: [object] }],
    [],
    '2026-01-01T00:01:00Z',
  );
  const third = deletionConditions(second, [], [], '2026-01-01T00:02:00Z');
  const remaining = (list: NamespaceCondition[]): NamespaceCondition | undefined =>
    list.find(({ type }) => type === 'NamespaceContentRemaining');
  expect(remaining(second)).toMatchObject({
    message: 'Some resources are remaining: pods. has 1 resource instances',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  expect(remaining(third)).toMatchObject({ status: 'False', lastTransitionTime: '2026-01-01T00:02:00Z' });
});

test.each(['default', 'kube-system', 'kube-public'])('%s cannot be deleted', async (name) => {
  await createNamespace(name);
  await expect(server.delete('namespaces', '', name)).rejects.toThrow(
    `namespaces "${name}" is forbidden: this namespace may not be deleted`,
  );
});

describe('namespaceContents', () => {
  test('the system namespaces are there, each with an account and the authority', async () => {
    await start(namespaceContents(server.context, 'CA'));
    await settle();
    const system = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
    expect(server.names('namespaces')).toEqual(system);
    for (const namespace of system) {
      expect(server.names('serviceaccounts', namespace)).toEqual(['default']);
      expect(server.get('configmaps', namespace, 'kube-root-ca.crt')?.['data']).toEqual({ 'ca.crt': 'CA' });
    }
  });

  test('what is taken away or changed comes back', async () => {
    await start(namespaceContents(server.context, 'CA'));
    await createNamespace('a');
    await settle();
    await server.delete('serviceaccounts', 'a', 'default');
    await server.delete('configmaps', 'default', 'kube-root-ca.crt');
    await server.patch('configmaps', 'a', 'kube-root-ca.crt', { data: { 'ca.crt': 'FORGED' } });
    await settle();
    expect(server.names('serviceaccounts', 'a')).toEqual(['default']);
    expect(server.names('configmaps', 'default')).toEqual(['kube-root-ca.crt']);
    expect(server.get('configmaps', 'a', 'kube-root-ca.crt')?.['data']).toEqual({ 'ca.crt': 'CA' });
  });

  test('nothing is put into a namespace that is going', async () => {
    await createNamespace('a');
    await start(namespaceContents(server.context, 'CA'));
    await start(new NamespaceLifecycle(server.context));
    await server.delete('namespaces', '', 'a');
    await settle();
    await settle();
    expect(server.names('namespaces')).not.toContain('a');
    expect(server.errors).toEqual([]);
  });
});
