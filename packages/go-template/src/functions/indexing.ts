import { scalarType } from '../values/go-type.ts';
import { mapEntry, zeroOf } from '../values/map-entries.ts';
import { sliceUtf8, utf8Bytes, utf8Length } from '../values/utf8.ts';
import { elementsOf, kindOf, mapSize, typeName, typeOf, underlying } from '../values/value-kind.ts';

/** What `index` takes out of a string. */
const byte = scalarType<number>({ name: 'uint8', kind: 'uint' });

const textOf = (value: unknown): string => underlying(value) as string;

/** Go's `len`. @throws Error with Go's words. */
export function lengthOf(value: unknown): number {
  switch (kindOf(value)) {
    case 'nil':
      throw new Error('len of nil pointer');
    case 'string':
      return utf8Length(textOf(value));
    case 'slice':
      return elementsOf(value).length;
    case 'map':
      return mapSize(value);
    default:
      throw new Error(`len of type ${typeName(value)}`);
  }
}

function position(index: unknown, length: number): number {
  const kind = kindOf(index);
  if (kind === 'nil') throw new Error('cannot index slice/array with nil');
  if (kind !== 'int' && kind !== 'uint')
    throw new Error(`cannot index slice/array with type ${typeName(index)}`);
  const place = Number(underlying(index));
  if (place < 0 || place > length) throw new Error(`index out of range: ${place}`);
  return place;
}

function element(value: unknown, index: unknown): unknown {
  switch (kindOf(value)) {
    case 'nil':
      throw new Error('index of nil pointer');
    case 'slice': {
      const elements = elementsOf(value);
      const place = position(index, elements.length);
      if (place === elements.length) throw new Error('reflect: slice index out of range');
      return elements[place] ?? null;
    }
    case 'string': {
      const bytes = utf8Bytes(textOf(value));
      const place = position(index, bytes.length);
      if (place === bytes.length) throw new Error('reflect: string index out of range');
      return byte.of(bytes[place] ?? 0);
    }
    case 'map':
      return mapEntry(value, keyOf(value, index)) ?? zeroOf(value);
    default:
      throw new Error(`can't index item of type ${typeName(value)}`);
  }
}

/** An index as the key of a map. Plain objects have strings for keys; a Map may have numbers too. */
function keyOf(map: unknown, index: unknown): string | number {
  const key = underlying(index);
  if (typeof key === 'string') return key;
  if (kindOf(index) === 'nil') throw new Error('value is nil; should be of type string');
  if (typeof key === 'number' && underlying(map) instanceof Map) return key;
  throw new Error(`value has type ${typeName(index)}; should be string`);
}

/** Go's `index`: `index x 1 "a"` is `x[1]["a"]`. @throws Error with Go's words. */
export function indexed(value: unknown, indexes: readonly unknown[]): unknown {
  if (kindOf(value) === 'nil') throw new Error('index of untyped nil');
  return indexes.reduce(element, value);
}

/** Go's `slice`: `slice x 1 2` is `x[1:2]`, of a string in bytes. @throws Error with Go's words. */
export function sliced(value: unknown, indexes: readonly unknown[]): unknown {
  const kind = kindOf(value);
  if (kind === 'nil') throw new Error('slice of untyped nil');
  if (indexes.length > 3) throw new Error(`too many slice indexes: ${indexes.length}`);
  if (kind !== 'string' && kind !== 'slice') throw new Error(`can't slice item of type ${typeName(value)}`);
  if (kind === 'string' && indexes.length === 3) throw new Error('cannot 3-index slice a string');
  const length = lengthOf(value);
  const [start = 0, end = length, capacity = end] = indexes.map((index) => position(index, length));
  if (start > end) throw new Error(`invalid slice index: ${start} > ${end}`);
  if (end > capacity) throw new Error(`invalid slice index: ${end} > ${capacity}`);
  const type = typeOf(value);
  const part = kind === 'string' ? sliceUtf8(textOf(value), start, end) : elementsOf(value).slice(start, end);
  return type ? type.of(part) : part;
}
