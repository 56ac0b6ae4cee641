import type { KubeObject } from '../../object.ts';
import type { TableColumn } from '../../served-resource.ts';
import { age } from '../../table/age.ts';

/** The name, which every table starts with; clients find rows by `format: name`. */
export const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'The name, unique among objects of this kind in a namespace.',
  priority: 0,
  value: (object) => object.metadata.name ?? '',
};

/** How long ago the object was created. */
export const ageColumn: TableColumn = {
  name: 'Age',
  type: 'string',
  format: '',
  description: 'Time since the object was created.',
  priority: 0,
  value: (object, now) => age(object.metadata.creationTimestamp, now),
};

/** A column of text; `wide` ones show with `-o wide` only. */
export const text = (
  name: string,
  value: (object: KubeObject, now: Date) => unknown,
  more: Partial<TableColumn> = {},
): TableColumn => ({ name, type: 'string', format: '', description: '', priority: 0, value, ...more });

/** A column of whole numbers; numbers that are not set print as 0, as in Go. */
export const count = (name: string, value: (object: KubeObject) => unknown): TableColumn =>
  text(name, (object) => value(object) ?? 0, { type: 'integer' });

/** The options of a column that shows with `-o wide` only. */
export const wide: Partial<TableColumn> = { priority: 1 };
