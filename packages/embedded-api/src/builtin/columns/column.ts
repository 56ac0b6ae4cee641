import type { KubeObject } from '../../object.ts';
import type { TableColumn } from '../../served-resource.ts';
import { age } from '../../table/age.ts';
import { listAt, numberAt, objectAt, textAt } from '../read-field.ts';

/** The name, which every table has; clients find it by `format: name`. */
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

/** When the object was created, as kinds without a printer of their own show it. */
export const createdColumn: TableColumn = {
  ...ageColumn,
  name: 'Created At',
  type: 'date',
  description: 'The time of creation.',
  value: (object) => object.metadata.creationTimestamp ?? '<unknown>',
};

/** A column of text. */
export const text = (
  name: string,
  value: (object: KubeObject, now: Date) => unknown,
  more: Partial<TableColumn> = {},
): TableColumn => ({ name, type: 'string', format: '', description: '', priority: 0, value, ...more });

/** A column of text that shows with `-o wide` only. */
export const wide = (name: string, value: (object: KubeObject, now: Date) => unknown): TableColumn =>
  text(name, value, { priority: 1 });

/** A column of the text at a path. */
export const field = (name: string, path: string, otherwise = ''): TableColumn =>
  text(name, (object) => textAt(object, path, otherwise));

/** A column of the whole number at a path; what is not set prints as 0, as in Go. */
export const count = (name: string, path: string): TableColumn =>
  text(name, (object) => numberAt(object, path), { type: 'integer' });

/** `a=b,c=d`, or `<none>`. */
export const formatLabels = (labels: Record<string, unknown>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort()
    .join(',') || '<none>';

const OPERATORS: Record<string, (key: string, values: string) => string> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

/** A `LabelSelector` in its query form. */
export const formatSelector = (selector: Record<string, unknown>): string => {
  const labels = Object.entries(objectAt(selector, 'matchLabels')).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  const expressions = listAt(selector, 'matchExpressions').map((e) => {
    const values = listAt(e, 'values').map(String).sort().join(',');
    return OPERATORS[textAt(e, 'operator')]?.(textAt(e, 'key'), values) ?? '<error>';
  });
  return [...labels, ...expressions].sort().join(',') || '<none>';
};

/** The first `most` of many, and how many more there are. */
export const formatFirst = (list: readonly string[], none: string, most = 3): string => {
  const shown = list.slice(0, most).join(',') || none;
  return list.length > most ? `${shown} + ${list.length - most} more...` : shown;
};
