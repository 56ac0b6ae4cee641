import type { TableColumn } from '../served-resource.ts';
import { ageColumn, nameColumn } from '../builtin/columns/column.ts';
import { age } from './age.ts';
import { readJsonPath } from './json-path.ts';

/** One of `additionalPrinterColumns` of a CustomResourceDefinition's version. */
export interface PrinterColumn {
  name: string;
  type: string;
  format?: string;
  description?: string;
  priority?: number;
  jsonPath: string;
}

/** A value as the column's type shows it; `null` prints as nothing. Values of another type are not shown. */
const cell = (type: string, value: unknown, now: Date): unknown => {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return typeof value === 'object' ? JSON.stringify(value) : String(value as string);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? age(value, now).replace('<unknown>', '<invalid>') : null;
    default:
      return null;
  }
};

const column = (definition: PrinterColumn): TableColumn => {
  const read = readJsonPath(definition.jsonPath);
  return {
    name: definition.name,
    type: definition.type as TableColumn['type'],
    format: definition.format ?? '',
    description: definition.description ?? '',
    priority: definition.priority ?? 0,
    value: (object, now) => cell(definition.type, read(object), now),
  };
};

/**
 * The columns of a custom resource: its name, then those its definition declares, or its age when it declares none.
 * Throws `JsonPathError` for a path that cannot be read.
 */
export const customColumns = (definitions: readonly PrinterColumn[] | undefined): TableColumn[] => [
  nameColumn,
  ...(definitions?.length ? definitions.map(column) : [{ ...ageColumn, type: 'date' as const }]),
];
