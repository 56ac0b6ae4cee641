import { fieldsOf, type FieldFact } from '../builtin/facts.ts';
import { ownForms } from './own-forms.ts';
import { textOf, WireError, type WireField, wireFields } from './wire.ts';

type Json = Record<string, unknown>;

/** The deepest nesting of messages that is read, well above any real object. */
const DEEPEST = 100;

const byNumber = new Map<string, Map<number, FieldFact>>();

const tableOf = (model: string): Map<number, FieldFact> => {
  const known = byNumber.get(model);
  if (known) return known;
  const fields = fieldsOf(model);
  if (!fields) throw new WireError(`there is no type ${model}`);
  const table = new Map(fields.filter(({ number }) => number > 0).map((field) => [field.number, field]));
  byNumber.set(model, table);
  return table;
};

const WIRE_TYPES: Record<string, WireField['wireType']> = { bool: 0, int32: 0, int64: 0, double: 1 };

const JSON_SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

/** A schema, or what may stand in its place: a bool, a list of schemas, or a list of strings. */
const schemaOr = (type: string, bytes: Uint8Array, depth: number): unknown => {
  let allows = false;
  let schema: unknown;
  const schemas: unknown[] = [];
  const strings: string[] = [];
  for (const field of wireFields(bytes)) {
    if (type === 'schemaorbool') {
      if (field.number === 1) allows = field.varint !== 0n;
      else schema = readMessage(JSON_SCHEMA, field.bytes, depth);
    } else if (field.number === 1) schema = readMessage(JSON_SCHEMA, field.bytes, depth);
    else if (type === 'schemaorarray') schemas.push(readMessage(JSON_SCHEMA, field.bytes, depth));
    else strings.push(textOf(field.bytes));
  }
  if (schema !== undefined) return schema;
  return type === 'schemaorbool' ? allows : type === 'schemaorarray' ? schemas : strings;
};

const value = (type: string, field: WireField, depth: number): unknown => {
  if (field.wireType !== (WIRE_TYPES[type] ?? 2))
    throw new WireError(`proto: wrong wireType = ${field.wireType} for field ${field.number}`);
  const { bytes, varint } = field;
  switch (type) {
    case 'string':
      return textOf(bytes);
    case 'bool':
      return varint !== 0n;
    case 'int32':
      return Number(BigInt.asIntN(32, varint));
    case 'int64':
      return Number(BigInt.asIntN(64, varint));
    case 'double':
      return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
    case 'bytes':
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
    default:
      if (type.startsWith('schemaor')) return schemaOr(type, bytes, depth + 1);
      return ownForms[type]?.(bytes) ?? (type in ownForms ? null : readMessage(type, bytes, depth + 1));
  }
};

/** A map is a list of messages with the key in field 1 and the value in field 2; both may be left out when empty. */
const mapEntry = (type: string, bytes: Uint8Array, depth: number): [string, unknown] => {
  let key = '';
  let item: unknown;
  for (const field of wireFields(bytes)) {
    if (field.number === 1) key = textOf(field.bytes);
    if (field.number === 2) item = value(type, field, depth);
  }
  return [key, item ?? null];
};

/** Sets own properties also for a name such as `__proto__`. */
const set = (object: Json, name: string, content: unknown): void => {
  Object.defineProperty(object, name, {
    value: content,
    enumerable: true,
    writable: true,
    configurable: true,
  });
};

/**
 * Reads one message of a built-in type as JSON with all that was sent; `readTyped` then brings it to the form that
 * Go gives. Unknown fields are skipped, as protobuf asks. Throws `WireError`.
 */
export const readMessage = (model: string, bytes: Uint8Array, depth = 0): Json => {
  if (depth > DEEPEST) throw new WireError('exceeded max depth');
  const table = tableOf(model);
  const result: Json = {};
  for (const field of wireFields(bytes)) {
    const fact = table.get(field.number);
    if (!fact) continue;
    const { name, type } = fact;
    if (name === '') Object.assign(result, value(type, field, depth));
    else if (type.startsWith('[]')) {
      const list = (result[name] ??= []) as unknown[];
      list.push(value(type.slice(2), field, depth));
    } else if (type.startsWith('{}')) {
      const [key, item] = mapEntry(type.slice(2), field.bytes, depth);
      set((result[name] ??= {}) as Json, key, item);
    } else result[name] = value(type, field, depth);
  }
  return result;
};
