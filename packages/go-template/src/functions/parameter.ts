import { GoType, GoValue } from '../values/go-type.ts';
import { elementsOf, kindOf, underlying } from '../values/value-kind.ts';
import { mapEntry, mapKeys } from '../values/map-entries.ts';
import type { ParameterType } from './go-function.ts';

/** What {@link accept} answers when a value is of another type. */
export const mismatch = Symbol('mismatch');

const names = {
  any: 'interface {}',
  bool: 'bool',
  float: 'float64',
  int: 'int',
  list: '[]interface {}',
  map: 'map[string]interface {}',
  string: 'string',
  strings: '[]string',
} as const;

/** The type of a parameter as Go writes it. */
export const parameterName = (type: ParameterType): string =>
  type instanceof GoType ? type.name : names[type];

/** What a parameter takes for nil, or {@link mismatch}: Go's slices and maps can be nil, its strings and numbers not. */
export function acceptNil(type: ParameterType): unknown {
  const kind = type instanceof GoType ? type.kind : type;
  if (kind === 'any') return null;
  if (kind === 'list' || kind === 'strings' || kind === 'slice') return [];
  return kind === 'map' ? {} : mismatch;
}

/** A map as a plain object; it has no prototype, so that no key means anything else. */
function plainMap(map: unknown): Readonly<Record<string, unknown>> {
  const plain = Object.create(null) as Record<string, unknown>;
  for (const key of mapKeys(map)) plain[String(key)] = mapEntry(map, key);
  return plain;
}

/** A value that is not nil, as a parameter of this type hands it to JavaScript; {@link mismatch} if it cannot. */
export function accept(value: unknown, type: ParameterType): unknown {
  if (type instanceof GoType) {
    return value instanceof GoValue && value.type === type ? value.value : mismatch;
  }
  switch (type) {
    case 'any':
      return value;
    case 'string':
      return typeof value === 'string' ? value : mismatch;
    case 'bool':
      return typeof value === 'boolean' ? value : mismatch;
    case 'int':
      return kindOf(value) === 'int' && !(value instanceof GoValue) ? Number(value) : mismatch;
    case 'float':
      // JavaScript cannot tell 3.0 from 3: numbers of the data may be either.
      return typeof value === 'number' || kindOf(value) === 'float' ? underlying(value) : mismatch;
    case 'strings':
      return kindOf(value) === 'slice' && elementsOf(value).every((element) => typeof element === 'string')
        ? elementsOf(value)
        : mismatch;
    case 'list':
      return kindOf(value) === 'slice' ? elementsOf(value) : mismatch;
    default:
      return kindOf(value) === 'map' ? plainMap(value) : mismatch;
  }
}
