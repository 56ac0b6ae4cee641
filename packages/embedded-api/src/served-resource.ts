import type { KubeObject } from './object.ts';
import type { StatusCause } from './status-error.ts';
import type { UserInfo } from './user-info.ts';

/**
 * An OpenAPI v3 schema as Kubernetes publishes it: plain JSON with the `x-kubernetes-*` extensions. References
 * (`$ref: '#/components/schemas/NAME'`) occur in built-in schemas only; `SchemaSource` resolves them.
 */
export type Schema = Record<string, unknown>;

/** One column of a `Table`. `value` reads the cell from an object; `now` is passed so that ages can be tested. */
export interface TableColumn {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format: string;
  description: string;
  /** 0 shows always, above 0 only with `-o wide`. */
  priority: number;
  value(object: KubeObject, now: Date): unknown;
}

/** Paths of the `scale` subresource, dotted as in a CRD (`.spec.replicas`). */
export interface ScalePaths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

/**
 * What is particular to one kind. Each hook may be absent. `default` and `prepare*` change the object in place;
 * the `validate*` hooks return every cause found, and an empty list means the object is acceptable.
 */
export interface Strategy {
  /**
   * Removes unknown fields below the top-level `metadata` in place and returns their paths (`spec.ports[0].nmae`).
   * Custom resources bring it; built-in kinds are pruned by their schema.
   */
  prune?(object: KubeObject): string[];
  /** Fills defaults. Runs on writes and, for CRDs, on reads. */
  default?(object: KubeObject): void;
  prepareForCreate?(object: KubeObject): void;
  prepareForUpdate?(object: KubeObject, old: KubeObject): void;
  /** What a first DELETE makes of the object, such as one with a further finalizer. Nothing is changed in place. */
  prepareForDelete?(object: KubeObject, now: Date): KubeObject;
  /** On creates without `old`, on updates with it. */
  validate?(object: KubeObject, old?: KubeObject): StatusCause[];
  /** On updates, after `validate`. */
  validateUpdate?(object: KubeObject, old: KubeObject): StatusCause[];
  /** `dns-subdomain` when absent. */
  nameRule?: 'dns-subdomain' | 'dns-label' | 'dns-1035-label' | 'path-segment';
}

/** One group, version and plural that the server answers for. The router, discovery, OpenAPI and tables read it. */
export interface ServedResource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  /** `get list watch create update patch delete deletecollection`, or fewer for virtual resources. */
  verbs: string[];
  /** The version objects are stored in. Built-in kinds are stored in the one they are served in. */
  storageVersion: string;
  /** Resources that share one store (`events` of core and `events.k8s.io`) share this; else `plural.group`. */
  storageKey: string;
  status: boolean;
  scale?: ScalePaths;
  /** Further subresources by name, for discovery (`token` of service accounts, `log` of pods, ...). */
  subresources: { name: string; kind: string; group?: string; version?: string; verbs: string[] }[];
  schema: Schema;
  /** Custom resources take no strategic merge patch, are pruned, and are defaulted on read. */
  custom: boolean;
  preserveUnknownFields: boolean;
  columns: TableColumn[];
  strategy: Strategy;
  /** Field selectors beyond `metadata.name` and `metadata.namespace`: dotted path without a leading dot. */
  selectableFields: string[];
}

/** A request's place in the API after parsing, as authorisation and admission see it. */
export interface RequestAttributes {
  user: UserInfo;
  verb: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  resourceRequest: boolean;
  /** The URL path, for requests that address no resource. */
  path: string;
}
