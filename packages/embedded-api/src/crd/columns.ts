import { nameColumn } from '../builtin/columns/column.ts';
import type { TableColumn } from '../served-resource.ts';
import { age } from '../table/age.ts';
import { readJsonPath } from '../table/json-path.ts';
import type { DefinitionVersion } from './definition.ts';

/** The table columns of a version: the name, then those it declares, or the age when it declares none. */
export function columnsOf(version: DefinitionVersion): TableColumn[] {
  const declared = version.additionalPrinterColumns ?? [];
  const columns =
    declared.length > 0 ? declared : [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }];
  return [
    nameColumn,
    ...columns.map((column): TableColumn => {
      const read = readJsonPath(column.jsonPath);
      const type = column.type as TableColumn['type'];
      return {
        name: column.name,
        type,
        format: column.format ?? '',
        description:
          column.description ?? `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
        priority: column.priority ?? 0,
        value: (object, now) => cell(read(object), type, now),
      };
    }),
  ];
}

// Values of another type than the column's show as nothing, as with the real server.
function cell(value: unknown, type: TableColumn['type'], now: Date): unknown {
  if (type === 'string') return text(value);
  if (type === 'date') return date(value, now);
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  if (typeof value !== 'number') return null;
  return type === 'integer' ? Math.trunc(value) : value;
}

function text(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? null : JSON.stringify(value);
}

function date(value: unknown, now: Date): string | null {
  if (typeof value !== 'string') return null;
  return Number.isNaN(Date.parse(value)) ? '<invalid>' : age(value, now);
}
