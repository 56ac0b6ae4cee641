import type { KubeObject, ObjectMeta } from '../object.ts';
import type { ServedResource, TableColumn } from '../served-resource.ts';
import { badRequest } from '../status-error.ts';

/** What each row carries besides its cells, as the query parameter `includeObject` says. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** One row of a meta.k8s.io `Table`. */
interface TableRow {
  cells: unknown[];
  conditions?: unknown[];
  object?: unknown;
}

/** meta.k8s.io `Table`, the form in which kubectl asks for what it prints. */
export interface Table {
  kind: 'Table';
  apiVersion: string;
  metadata: Record<string, unknown>;
  columnDefinitions: Omit<TableColumn, 'value'>[];
  rows: TableRow[];
}

/** Options of `toTable`. */
export interface TableOptions {
  /** `Metadata` when absent. */
  includeObject?: IncludeObject;
  /** `v1` when absent. */
  version?: 'v1' | 'v1beta1';
  /** Of the list, with `resourceVersion`, `continue` and `remainingItemCount`; of a single object, its version. */
  metadata?: Record<string, unknown>;
  now: Date;
}

/** Reads the query parameter `includeObject`. Throws a 400 `StatusError` for an unknown value. */
export const parseIncludeObject = (value: string | null | undefined): IncludeObject => {
  if (!value) return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(`unrecognized includeObject value: "${value}"`);
};

const partial = (metadata: ObjectMeta, version: string): unknown => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
});

const COMPLETED: Record<string, string> = {
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
};

/** Pods that have ended say so, which lets clients leave them out. */
const conditions = (resource: ServedResource, object: KubeObject): unknown[] | undefined => {
  if (resource.kind !== 'Pod' || resource.group !== '') return undefined;
  const phase = (object['status'] as { phase?: string } | undefined)?.phase ?? '';
  const message = COMPLETED[phase];
  return message === undefined ? undefined : [{ type: 'Completed', status: 'True', reason: phase, message }];
};

/** A row of one object. */
const row = (
  resource: ServedResource,
  object: KubeObject,
  include: IncludeObject,
  options: TableOptions,
): TableRow => {
  const state = conditions(resource, object);
  return {
    cells: resource.columns.map((column) => column.value(object, options.now) ?? null),
    ...(state ? { conditions: state } : {}),
    ...(include === 'Object' ? { object } : {}),
    ...(include === 'Metadata' ? { object: partial(object.metadata, options.version ?? 'v1') } : {}),
  };
};

/** The column definitions of a resource as a `Table` carries them. */
export const columnDefinitions = (resource: ServedResource): Omit<TableColumn, 'value'>[] =>
  resource.columns.map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));

/** Objects of one resource as a `Table`: a list, the one object of a GET, or the object of a watch event. */
export const toTable = (
  resource: ServedResource,
  objects: readonly KubeObject[],
  options: TableOptions,
): Table => {
  const include = options.includeObject ?? 'Metadata';
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version ?? 'v1'}`,
    metadata: options.metadata ?? {},
    columnDefinitions: columnDefinitions(resource),
    rows: objects.map((object) => row(resource, object, include, options)),
  };
};
