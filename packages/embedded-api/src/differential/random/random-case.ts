import { bodyOf } from '../case.ts';
import type { Answers, Case, Step } from '../case.ts';
import type { Exchange } from '../endpoint.ts';
import { Random } from './random.ts';
import { randomScale, randomSchema } from './random-schema.ts';
import { randomObject, randomValue } from './random-value.ts';

const group = 'random.example.com';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const apiVersion = `${group}/v1`;
const objects = ['one', 'two'];
const managers = ['ann', 'bob', 'cid'];
const labels = ['l1', 'l2'];

type Json = Record<string, unknown>;

/** Creates the definition that all random cases share and waits until it is served. */
export const randomSetUp: Case = {
  name: 'random-set-up',
  oracle: 'apiextensions-apiserver',
  steps: [
    {
      name: 'definition',
      request: {
        method: 'POST',
        path: definitions,
        body: {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: `things.${group}` },
          spec: {
            group,
            names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
            scope: 'Namespaced',
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                subresources: { status: {}, scale: randomScale },
                schema: { openAPIV3Schema: randomSchema },
              },
            ],
          },
        },
      },
      unchecked: true,
    },
    {
      name: 'served',
      request: { method: 'GET', path: `/apis/${group}/v1/things` },
      until: ({ status }) => status === 200,
      unchecked: true,
    },
  ],
};

const randomMetadata = (random: Random): Json => ({
  ...(random.once(3) ? { labels: { [random.pick(labels)]: random.pick(['x', 'y']) } } : {}),
  ...(random.once(4) ? { annotations: { [random.pick(labels)]: random.pick(['x', 'y']) } } : {}),
  ...(random.once(8) ? { finalizers: [`example.com/${random.pick(labels)}`] } : {}),
});

const { spec: specSchema = {}, status: statusSchema = {} } = randomSchema.properties ?? {};

const randomThing = (random: Random, name: string, mistakes: number): Json => ({
  apiVersion,
  kind: 'Thing',
  metadata: { name, ...randomMetadata(random) },
  ...(random.once(4) ? {} : { spec: randomObject(random, specSchema, mistakes) }),
  // Sent through the object it is to be ignored, and what nobody can make sense of is ignored in other ways.
  ...(random.once(2) ? {} : { status: randomValue(random, statusSchema, Infinity) }),
});

/** Puts some of the fields of a random thing into an object, and takes some of its own away. */
const changed = (random: Random, object: Json, mistakes: number): Json => {
  const spec: Json = { ...(object['spec'] as Json | undefined) };
  // In a fixed order: two servers may well send the same fields in different ones.
  for (const field of Object.keys(spec).sort()) if (random.once(4)) delete spec[field];
  const other = randomThing(random, '', mistakes);
  const metadata: Json = { ...(object['metadata'] as Json), ...randomMetadata(random) };
  if (random.once(4)) delete metadata['finalizers'];
  if (random.once(12)) metadata['managedFields'] = random.once(2) ? [] : [{}];
  delete metadata[random.pick(['resourceVersion', 'uid', 'none', 'none', 'none'])];
  return {
    ...object,
    metadata,
    spec: { ...spec, ...(other['spec'] as Json | undefined) },
    ...('status' in other ? { status: other['status'] } : {}),
  };
};

/** Applied nulls are judged by cases of their own. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== null);
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutNulls(entry)]));
};

const pointers = [
  '/spec/text',
  '/spec/atomicList/0',
  '/spec/atomicList/-',
  '/spec/byName/0',
  '/spec/texts/a',
];
const jsonPatch = (random: Random): unknown[] =>
  Array.from({ length: 1 + random.below(3) }, () => {
    const op = random.pick(['add', 'add', 'add', 'replace', 'remove', 'test', 'move', 'copy']);
    const names = Object.keys(specSchema.properties ?? {});
    const name = random.pick(names);
    const value = randomValue(random, specSchema.properties?.[name] ?? {}, 12);
    const path = random.once(4) ? random.pick(pointers) : `/spec/${name}`;
    return op === 'move' || op === 'copy'
      ? { op, from: `/spec/${random.pick(names)}`, path }
      : { op, path, ...(op === 'remove' ? {} : { value }) };
  });

const query = (random: Random, more: Record<string, string> = {}): string => {
  const parameters = new URLSearchParams({
    ...(random.once(3) ? {} : { fieldManager: random.pick(managers) }),
    ...(random.once(12) ? { dryRun: 'All' } : {}),
    ...(random.once(6) ? { fieldValidation: random.pick(['Strict', 'Ignore']) } : {}),
    ...more,
  });
  return `?${parameters.toString()}`;
};

const liveOf = (answers: Answers, read: string): Json | undefined => {
  const body = bodyOf(answers, read);
  return body['kind'] === 'Thing' ? body : undefined;
};

type Write = (random: Random, path: string, name: string, live: Json | undefined) => Exchange;

const writes = {
  create: (random, path, name) => ({
    method: 'POST',
    path: path.slice(0, path.lastIndexOf('/')) + query(random),
    body: randomThing(random, name, 30),
  }),
  put: (random, path, name, live) => ({
    method: 'PUT',
    path: path + query(random),
    body: live ? changed(random, live, 30) : randomThing(random, name, 30),
  }),
  putStatus: (random, path, name, live) => ({
    method: 'PUT',
    path: `${path}/status${query(random)}`,
    body: live ? changed(random, live, Infinity) : randomThing(random, name, Infinity),
  }),
  merge: (random, path, name) => ({
    method: 'PATCH',
    path: path + query(random),
    contentType: 'application/merge-patch+json',
    body: randomThing(random, name, 8),
  }),
  mergeStatus: (random, path, name) => ({
    method: 'PATCH',
    path: `${path}/status${query(random)}`,
    contentType: 'application/merge-patch+json',
    body: { ...randomThing(random, name, Infinity), status: randomValue(random, statusSchema, 20) },
  }),
  json: (random, path) => ({
    method: 'PATCH',
    path: path + query(random),
    contentType: 'application/json-patch+json',
    body: jsonPatch(random),
  }),
  apply: (random, path, name) => ({
    method: 'PATCH',
    path:
      path +
      (random.once(6) ? '/status' : '') +
      query(random, { fieldManager: random.pick(managers), ...(random.once(2) ? { force: 'true' } : {}) }),
    contentType: 'application/apply-patch+yaml',
    body: withoutNulls(randomThing(random, name, 40)),
  }),
  scale: (random, path) => ({
    method: 'PATCH',
    path: `${path}/scale${query(random)}`,
    contentType: 'application/merge-patch+json',
    // Never what is there already: the real server takes over the ownership then, or forgets about 0.
    body: { spec: { replicas: 10 + random.below(45) } },
  }),
  remove: (random, path, _name, live) => {
    const { uid, resourceVersion } = (live?.['metadata'] ?? {}) as Json;
    const preconditions = random.pick([
      undefined,
      { uid },
      { uid: '00000000-0000-4000-8000-000000000000' },
      { resourceVersion },
      { resourceVersion: '1' },
    ]);
    return {
      method: 'DELETE',
      path,
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(preconditions ? { preconditions } : {}),
        ...(random.once(3) ? { propagationPolicy: 'Background' } : {}),
      },
    };
  },
} satisfies Record<string, Write>;

type Kind = keyof typeof writes;

const weights: Record<Kind, number> = {
  create: 1,
  put: 2,
  putStatus: 1,
  merge: 2,
  mergeStatus: 1,
  json: 1,
  apply: 4,
  scale: 1,
  remove: 1,
};
const weighted = Object.entries(weights).flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind as Kind),
);

/** A sequence of `length` writes and reads of a few objects that is the same for the same seed. */
export const randomCase = (seed: number, length: number): Case => {
  const name = `random-${seed}`;
  const random = new Random(seed);
  const reads = new Map<string, string>();
  const steps = Array.from({ length }, (_, index): Step[] => {
    const object = random.pick(objects);
    const path = `/apis/${group}/v1/namespaces/${name}/things/${object}`;
    const kind: Kind =
      index < objects.length ? random.pick(['create', 'apply'] as const) : random.pick(weighted);
    const before = reads.get(object);
    const read = `${index} read`;
    reads.set(object, read);
    const own = random.below(2 ** 31);
    return [
      {
        name: `${index} ${kind} ${object}`,
        request: (answers) =>
          writes[kind](new Random(own), path, object, before ? liveOf(answers, before) : undefined),
      },
      { name: read, request: { method: 'GET', path } },
    ];
  }).flat();
  return { name, oracle: 'apiextensions-apiserver', steps };
};
