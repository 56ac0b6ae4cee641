import type { Static, TObject } from 'typebox';
import { notSupported } from './cause.ts';
import type { Cause } from './cause.ts';
import { crdYaml } from './crd.ts';
import type { CustomResourceDefinition, PrinterColumn, Subresources } from './crd.ts';
import { checkSchema } from './schema/check.ts';
import { fromTypeBox } from './schema/from-typebox.ts';
import { isObject } from './schema/json-schema.ts';
import { ResourceSchema } from './resource-schema.ts';

/** The parts of `metadata` that clients read and write; the same shape as in any Kubernetes client. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: {
    apiVersion: string;
    kind: string;
    name: string;
    uid: string;
    controller?: boolean;
    blockOwnerDeletion?: boolean;
  }[];
  finalizers?: string[];
  managedFields?: unknown[];
}

/** One version of a kind. `schema` is a TypeBox object with what stands beside `metadata`: `spec`, `status`. */
export interface KindVersion {
  name: string;
  served: boolean;
  storage: boolean;
  schema: TObject;
  deprecated?: boolean;
  deprecationWarning?: string;
  additionalPrinterColumns?: PrinterColumn[];
  subresources?: Subresources;
  /** JSONPaths that field selectors may use, `.spec.nodeName`. */
  selectableFields?: { jsonPath: string }[];
}

/** What `defineKind` takes: a CRD's spec with TypeBox schemas. */
export interface KindDefinition<Versions extends readonly KindVersion[] = readonly KindVersion[]> {
  group: string;
  kind: string;
  plural: string;
  /** The kind in lower case when absent. */
  singular?: string;
  listKind?: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  scope: 'Namespaced' | 'Cluster';
  /** Annotations of the CRD, such as `api-approved.kubernetes.io`. */
  annotations?: Record<string, string>;
  versions: Versions;
}

/** An object of the kind: the schema's static type with the fields that every Kubernetes object has. */
export type ObjectOf<Schema extends TObject> = {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
} & Static<Schema>;

type StorageSchema<Versions extends readonly KindVersion[]> = Extract<
  Versions[number],
  { storage: true }
>['schema'];

/**
 * A kind as `defineKind` returns it. Its first five fields say which resource it is in its storage version, so that
 * it serves wherever a client asks for `{ group, version, plural, kind, namespaced }`.
 */
export interface Kind<T = { apiVersion: string; kind: string; metadata: ObjectMeta }> {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: carries the type of the kind's objects. */
  readonly _type?: T;
  readonly singular: string;
  readonly listKind: string;
  /** `group/version` of the storage version. */
  readonly apiVersion: string;
  /** The CRD to apply. A new object each time. */
  crd(): CustomResourceDefinition;
  /** The CRD as a YAML file; equal definitions give equal bytes. */
  crdYaml(): string;
  /**
   * What the API server would refuse in an object of one of the kind's versions; an empty list means nothing. With
   * `old` also the transition rules are asked. Unknown fields are no error: the server prunes them.
   */
  validate(object: unknown, old?: unknown): Cause[];
  /** Fills the schema's defaults in place and returns the object. */
  default<O>(object: O): O;
}

/** The TypeScript type of a kind's objects: `type Silence = KindObject<typeof silence>`. */
export type KindObject<K extends { readonly _type?: unknown }> = NonNullable<K['_type']>;

/** A kind's definition cannot work: the message says what to change. */
export class KindDefinitionError extends Error {
  readonly code = 'KIND_DEFINITION';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KindDefinitionError';
  }
}

/**
 * Defines a kind once: the static type, the CRD, its YAML and the validation all come from this.
 *
 * @throws {KindDefinitionError} when no version or several are stored, or a schema is not structural.
 */
export function defineKind<const Versions extends readonly KindVersion[]>(
  definition: KindDefinition<Versions>,
): Kind<ObjectOf<StorageSchema<Versions>>> {
  const { group, kind, plural, scope } = definition;
  const stored = definition.versions.filter((version) => version.storage);
  const [storage] = stored;
  if (!storage || stored.length > 1) {
    throw new KindDefinitionError(`${plural}.${group}: mark exactly one version with storage: true`);
  }
  const versions = definition.versions.map((version) => ({
    ...version,
    schema: rootSchema(definition, version),
  }));
  const schemas = new Map(versions.map((version) => [`${group}/${version.name}`, version.schema]));
  const schemaOf = (object: unknown): ResourceSchema | undefined => schemas.get(apiVersionOf(object));

  const crd = (): CustomResourceDefinition => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      ...(definition.annotations ? { annotations: { ...definition.annotations } } : {}),
    },
    spec: {
      group,
      names: {
        plural,
        singular: descriptor.singular,
        kind,
        listKind: descriptor.listKind,
        ...(definition.shortNames ? { shortNames: [...definition.shortNames] } : {}),
        ...(definition.categories ? { categories: [...definition.categories] } : {}),
      },
      scope,
      versions: versions.map(({ name, served, storage, schema, ...rest }) => ({
        name,
        served,
        storage,
        schema: { openAPIV3Schema: structuredClone(schema.schema) },
        ...structuredClone(rest),
      })),
    },
  });

  const descriptor: Kind<ObjectOf<StorageSchema<Versions>>> = {
    group,
    version: storage.name,
    plural,
    kind,
    namespaced: scope === 'Namespaced',
    singular: definition.singular ?? kind.toLowerCase(),
    listKind: definition.listKind ?? `${kind}List`,
    apiVersion: `${group}/${storage.name}`,
    crd,
    crdYaml: () => crdYaml(crd()),
    validate: (object, old) =>
      schemaOf(object)?.validate(object, old) ?? [
        notSupported('apiVersion', apiVersionOf(object), [...schemas.keys()]),
      ],
    default: (object) => {
      schemaOf(object)?.default(object);
      return object;
    },
  };
  return descriptor;
}

const apiVersionOf = (object: unknown): string =>
  isObject(object) && typeof object['apiVersion'] === 'string' ? object['apiVersion'] : '';

const typeMeta = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object' },
} as const;

function rootSchema(definition: KindDefinition, version: KindVersion): ResourceSchema {
  const where = `${definition.plural}.${definition.group}/${version.name}`;
  try {
    const converted = fromTypeBox(version.schema);
    const schema = { ...converted, properties: { ...typeMeta, ...converted.properties } };
    const [cause] = checkSchema(schema, 'schema', { status: version.subresources?.status !== undefined });
    if (cause) throw new KindDefinitionError(`${cause.field}: ${cause.message}`);
    return new ResourceSchema(schema);
  } catch (error) {
    throw new KindDefinitionError(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
