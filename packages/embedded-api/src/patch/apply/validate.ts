import { field, isObject } from '../json-value.ts';
import type { FieldType, ListType, MapType } from './field-type.ts';
import { itemElement, ListItemError } from './list-item.ts';
import { formatElement } from './path-element.ts';
import type { PathElement } from './path-element.ts';

const mapProblems = (type: MapType, value: Record<string, unknown>, path: string): string[] =>
  Object.keys(value).flatMap((name) => {
    const at = `${path}.${name}`;
    const fieldType = type.field(name);
    return fieldType
      ? typeProblems(fieldType, field(value, name), at)
      : [`${at}: field not declared in schema`];
  });

const listProblems = (type: ListType, value: readonly unknown[], path: string): string[] => {
  const seen = new Set<PathElement>();
  const problems: string[] = [];
  for (const [index, item] of value.entries()) {
    let at = `${path}[${index}]`;
    if (type.kind !== 'atomic') {
      try {
        const element = itemElement(type, item);
        if (seen.has(element)) problems.push(`${path}: duplicate entries for key ${formatElement(element)}`);
        seen.add(element);
        at = path + formatElement(element);
      } catch (error) {
        if (!(error instanceof ListItemError)) throw error;
        return [...problems, `${path}: element ${index}: ${error.message}`];
      }
    }
    problems.push(...typeProblems(type.element, item, at));
  }
  return problems;
};

const expectation = (type: FieldType): string => {
  if (type.map) return 'map';
  if (type.scalar === 'number') return 'numeric (int or float)';
  return type.scalar ?? 'list';
};

const scalarFits = (type: FieldType, value: unknown): boolean =>
  type.scalar === 'any' || type.scalar === typeof value;

/**
 * What keeps a configuration from being applied: fields the schema does not have, values of the wrong type, list
 * items without keys or with the same keys. Each text starts with the path.
 */
export const typeProblems = (type: FieldType, value: unknown, path = ''): string[] => {
  if (value === null) return [];
  if (isObject(value) && type.map) return mapProblems(type.map, value, path);
  if (Array.isArray(value) && type.list) return listProblems(type.list, value, path);
  if (typeof value !== 'object' && scalarFits(type, value)) return [];
  return [`${path}: expected ${expectation(type)}, got ${JSON.stringify(value)}`];
};
