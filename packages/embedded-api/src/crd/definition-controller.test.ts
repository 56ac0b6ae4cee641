import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtinResources } from '../builtin/resources.ts';
import type { KubeObject } from '../object.ts';
import { Registry } from '../registry/registry.ts';
import { Operations } from '../server/operations.ts';
import type { Target } from '../server/operation-types.ts';
import type { StatusError } from '../status-error.ts';
import { Store } from '../storage/store.ts';
import { conditionOf, isTrue } from './definition.ts';
import type { Definition } from './definition.ts';
import { DefinitionController } from './definition-controller.ts';
import { definitionStrategy } from './definition-strategy.ts';

const user = { username: 'system:apiserver', groups: ['system:masters'] };
const errors: unknown[] = [];
let store: Store;
let registry: Registry;
let operations: Operations;
let controller: DefinitionController;

const newController = (): DefinitionController =>
  new DefinitionController({
    store,
    verbs: operations,
    registry,
    onError: (_controller, error) => errors.push(error),
    now: () => new Date(),
  });

beforeEach(async () => {
  errors.length = 0;
  store = new Store(':memory:');
  registry = new Registry(
    builtinResources().map((resource) =>
      resource.plural === 'customresourcedefinitions'
        ? { ...resource, strategy: definitionStrategy }
        : resource,
    ),
  );
  operations = new Operations({ registry, store });
  controller = newController();
  await controller.settled();
});
afterEach(async () => {
  await controller.stop();
  store.close();
  expect(errors).toEqual([]);
});

const target = (group: string, version: string, plural: string, name = '', namespace = ''): Target => {
  const resource = registry.find(group, version, plural);
  if (!resource) throw new Error(`${plural} is not served`);
  return { resource, namespace, name };
};
const definitions = (name = ''): Target =>
  target('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', name);

interface Wanted {
  plural?: string;
  kind?: string;
  shortNames?: string[];
  versions?: unknown[];
  scope?: string;
  group?: string;
}
const version = (name: string, storage: boolean, more: object = {}): object => ({
  name,
  served: true,
  storage,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', properties: { size: { type: 'integer', default: 1, minimum: 0 } } },
      },
    },
  },
  ...more,
});
const definition = ({
  plural = 'widgets',
  kind = 'Widget',
  shortNames,
  versions,
  ...spec
}: Wanted = {}): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${spec.group ?? 'example.dev'}` },
  spec: {
    group: 'example.dev',
    scope: 'Cluster',
    names: { plural, kind, ...(shortNames ? { shortNames } : {}) },
    versions: versions ?? [version('v1', true)],
    ...spec,
  },
});
const widget = (name: string, spec: unknown = {}, more: object = {}): KubeObject => ({
  apiVersion: 'example.dev/v1',
  kind: 'Widget',
  metadata: { name, ...more },
  spec,
});

const create = (object: KubeObject): Promise<KubeObject> =>
  operations.create(definitions(), object, { user });
const stored = (name: string): Definition | undefined =>
  store.get('customresourcedefinitions.apiextensions.k8s.io', '', name) as Definition | undefined;

/** Resolves when what is stored under a definition's name fulfils the condition. */
function until(name: string, holds: (definition: Definition | undefined) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = (): void => {
    if (holds(stored(name))) resolve();
  };
  const unsubscribe = store.subscribe(check);
  check();
  return promise.finally(unsubscribe);
}
const established = (name: string): Promise<void> => until(name, (d) => isTrue(d?.status, 'Established'));
/** What the controller does after it has written; the limit is no matter of how fast that is. */
const soon = { timeout: 15_000 };
const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: StatusError) => error.message,
  );

describe('establishing', () => {
  test('a definition is served as soon as it says so', async () => {
    await create(definition({ shortNames: ['wd'] }));
    await established('widgets.example.dev');
    const made = await operations.create(target('example.dev', 'v1', 'widgets'), widget('a'), { user });
    expect(made['spec']).toEqual({ size: 1 });
    expect(stored('widgets.example.dev')?.status).toMatchObject({
      acceptedNames: {
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        listKind: 'WidgetList',
        shortNames: ['wd'],
      },
      storedVersions: ['v1'],
      conditions: [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
        { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
      ],
    });
  });

  test('after a restart what was established is served before it has settled', async () => {
    await create(definition());
    await established('widgets.example.dev');
    await controller.stop();
    registry = new Registry(registry.all().filter((resource) => !resource.custom));
    operations = new Operations({ registry, store });
    controller = newController();
    await controller.settled();
    expect(registry.find('example.dev', 'v1', 'widgets')?.kind).toBe('Widget');
  });

  test('names that others have are refused until they are free', async () => {
    await create(definition({ shortNames: ['wd'] }));
    await established('widgets.example.dev');
    await create(definition({ plural: 'widgetsets', kind: 'Widget', shortNames: ['wd'] }));
    await until('widgetsets.example.dev', (d) => conditionOf(d?.status, 'NamesAccepted') !== undefined);
    expect(stored('widgetsets.example.dev')?.status?.conditions).toMatchObject([
      {
        type: 'NamesAccepted',
        status: 'False',
        reason: 'ListKindConflict',
        message: '"WidgetList" is already in use',
      },
      { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
    ]);
    expect(registry.find('example.dev', 'v1', 'widgetsets')).toBeUndefined();
    await operations.delete(definitions('widgets.example.dev'), { user });
    await established('widgetsets.example.dev');
    expect(registry.find('example.dev', 'v1', 'widgetsets')?.kind).toBe('Widget');
  });

  test('the same names in another group are no conflict', async () => {
    await create(definition());
    await create(definition({ group: 'other.dev' }));
    await established('widgets.example.dev');
    await established('widgets.other.dev');
    expect(registry.findKind('other.dev', 'v1', 'Widget')?.plural).toBe('widgets');
  });
});

describe('versions', () => {
  test('an object has the version it is asked for', async () => {
    await create(definition({ versions: [version('v1', true), version('v1beta1', false)] }));
    await established('widgets.example.dev');
    await operations.create(target('example.dev', 'v1', 'widgets'), widget('a', { size: 2 }), { user });
    const beta = await operations.get(target('example.dev', 'v1beta1', 'widgets', 'a'), { user });
    expect(beta).toMatchObject({ apiVersion: 'example.dev/v1beta1', spec: { size: 2 } });
  });

  test('a new storage version joins those that were stored', async () => {
    await create(definition());
    await established('widgets.example.dev');
    const current = stored('widgets.example.dev');
    await operations.update(
      definitions('widgets.example.dev'),
      {
        ...current!,
        spec: { ...current!.spec, versions: [version('v1', false), version('v2', true)] },
      },
      { user },
    );
    await until('widgets.example.dev', (d) => d?.status?.storedVersions?.length === 2);
    await expect.poll(() => registry.find('example.dev', 'v2', 'widgets')?.storageVersion, soon).toBe('v2');
    const next = stored('widgets.example.dev')!;
    const dropped = {
      ...next,
      spec: { ...next.spec, versions: [version('v2', true)] },
    } as unknown as KubeObject;
    expect(await refusal(operations.update(definitions('widgets.example.dev'), dropped, { user }))).toContain(
      'status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions',
    );
  });

  test('a default that comes later shows in objects stored before', async () => {
    const bare = version('v1', true, {
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
    });
    await create(definition({ versions: [bare] }));
    await established('widgets.example.dev');
    await operations.create(target('example.dev', 'v1', 'widgets'), widget('a'), { user });
    const before = registry.generation;
    const current = stored('widgets.example.dev')!;
    const next = {
      ...current,
      spec: { ...current.spec, versions: [version('v1', true)] },
    } as unknown as KubeObject;
    await operations.update(definitions('widgets.example.dev'), next, { user });
    await expect.poll(() => registry.generation, soon).toBeGreaterThan(before);
    const read = await operations.get(target('example.dev', 'v1', 'widgets', 'a'), { user });
    expect(read['spec']).toEqual({ size: 1 });
  });
});

describe('deletion', () => {
  test('instances go first, and those with finalizers are waited for', async () => {
    await create(definition());
    await established('widgets.example.dev');
    const widgets = target('example.dev', 'v1', 'widgets');
    await operations.create(widgets, widget('plain'), { user });
    await operations.create(widgets, widget('held', {}, { finalizers: ['example.dev/hold'] }), { user });
    const answer = await operations.delete(definitions('widgets.example.dev'), { user });
    expect(answer.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    await until(
      'widgets.example.dev',
      (d) => conditionOf(d?.status, 'Terminating')?.reason === 'InstanceDeletionInProgress',
    );
    await expect.poll(() => store.list('widgets.example.dev').length, soon).toBe(1);
    expect(registry.find('example.dev', 'v1', 'widgets')?.verbs).not.toContain('create');
    const held = await operations.get({ ...widgets, name: 'held' }, { user });
    const free = { ...held, metadata: { ...held.metadata, finalizers: [] } };
    await operations.update({ ...widgets, name: 'held' }, free, { user });
    await until('widgets.example.dev', (d) => d === undefined);
    await expect.poll(() => registry.find('example.dev', 'v1', 'widgets'), soon).toBeUndefined();
  });

  test('a restart in the middle goes on', async () => {
    await create(definition());
    await established('widgets.example.dev');
    await operations.create(target('example.dev', 'v1', 'widgets'), widget('plain'), { user });
    await controller.stop();
    await operations.delete(definitions('widgets.example.dev'), { user });
    controller = newController();
    await controller.settled();
    await until('widgets.example.dev', (d) => d === undefined);
    expect(store.list('widgets.example.dev')).toEqual([]);
  });
});

describe('what is refused', () => {
  const cases: [string, Partial<Definition['spec']> & Wanted, string][] = [
    [
      'a group without a dot',
      { group: 'example' },
      'spec.group: Invalid value: "example": should be a domain with at least one dot',
    ],
    [
      'an unknown scope',
      { scope: 'World' as never },
      'spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"',
    ],
    [
      'two storage versions',
      { versions: [version('v1', true), version('v2', true)] as never },
      'must have exactly one version marked as storage version',
    ],
    [
      'a version without schema',
      { versions: [version('v1', true, { schema: {} })] as never },
      'spec.versions[0].schema.openAPIV3Schema: Required value',
    ],
    [
      'a schema that is not structural',
      {
        versions: [
          version('v1', true, { schema: { openAPIV3Schema: { type: 'object', properties: { a: {} } } } }),
        ] as never,
      },
      'spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
    ],
    [
      'webhook conversion',
      { conversion: { strategy: 'Webhook' } },
      'spec.conversion.strategy: Unsupported value: "Webhook"',
    ],
    [
      'preserved unknown fields',
      { preserveUnknownFields: true },
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true',
    ],
    [
      'a community group without approval',
      { group: 'apps.k8s.io' },
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation',
    ],
    [
      'a broken column',
      {
        versions: [
          version('v1', true, { additionalPrinterColumns: [{ name: 'a', type: 'string', jsonPath: '.a[' }] }),
        ] as never,
      },
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: ".a[": invalid JSONPath',
    ],
  ];
  test.each(cases)('%s', async (_title, spec, message) => {
    expect(await refusal(create(definition(spec)))).toContain(message);
  });

  test('a change of scope or kind after it is established', async () => {
    await create(definition());
    await established('widgets.example.dev');
    const current = stored('widgets.example.dev')!;
    const next = { ...current, spec: { ...current.spec, scope: 'Namespaced' } } as KubeObject;
    expect(await refusal(operations.update(definitions('widgets.example.dev'), next, { user }))).toContain(
      'spec.scope: Invalid value: "Namespaced": field is immutable',
    );
  });
});
