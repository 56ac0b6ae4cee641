import { badRequest } from '../status-error.ts';
import { fieldsOf, type FieldFact } from './facts.ts';
import { canonicalBase64, canonicalQuantity, canonicalTime, FormError } from './scalar-forms.ts';

/** Strict decoding stops naming unknown fields after this many, as kube-apiserver's decoder does. */
const MOST_UNKNOWN_FIELDS = 100;

/** The deepest nesting that is read; schemas of CRDs are the only built-in type that nests in itself. */
const DEEPEST = 500;

interface Context {
  /** Gets each unknown field's path, such as `spec.containers[0].imagee`. */
  unknown: string[];
  /** Fields on the way, without list indexes, as Go's error messages name them. */
  names: string[];
  depth: number;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const goKind = (value: unknown): string =>
  Array.isArray(value)
    ? 'array'
    : value !== null && typeof value === 'object'
      ? 'object'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;

const GO_TYPES: Record<string, string> = {
  double: 'float64',
  bytes: '[]uint8',
  time: 'v1.Time',
  microtime: 'v1.MicroTime',
  duration: 'v1.Duration',
  quantity: 'resource.Quantity',
  intorstring: 'intstr.IntOrString',
  wrappedstrings: '[]string',
};

const goType = (type: string): string => {
  if (type.startsWith('[]')) return `[]${goType(type.slice(2))}`;
  if (type.startsWith('{}')) return `map[string]${goType(type.slice(2))}`;
  const model = /\.(v\w+)\.(\w+)$/.exec(type);
  return model ? `${model[1]}.${model[2]}` : (GO_TYPES[type] ?? type);
};

const mismatch = (value: unknown, type: string, owner: string, context: Context): Error =>
  new FormError(
    `json: cannot unmarshal ${goKind(value)}${type.startsWith('int') && typeof value === 'number' ? ` ${value}` : ''} into Go struct field ${owner}.${context.names.join('.')} of type ${goType(type)}`,
  );

/** What Go encodes for a field that was never set: `undefined` when it leaves the field out. */
const zero = (field: FieldFact, context: Context): unknown => {
  if (field.pointer || /^(\[\]|\{\}|bytes|wrapped|raw|fields|json|schema)/.test(field.type))
    return field.always ? null : undefined;
  switch (field.type) {
    case 'string':
      return field.always ? '' : undefined;
    case 'bool':
      return field.always ? false : undefined;
    case 'int32':
    case 'int64':
    case 'double':
      return field.always ? 0 : undefined;
    case 'time':
    case 'microtime':
      return field.omitZero ? undefined : null;
    case 'quantity':
      return '0';
    case 'intorstring':
      return 0;
    case 'duration':
      return '0s';
    default:
      return field.omitZero ? undefined : struct(field.type, {}, '', context);
  }
};

const isZero = (value: unknown, type: string): boolean => {
  if (value === '' || value === 0 || value === false) return type !== 'intorstring';
  if (type.startsWith('[]') || type === 'wrappedstrings') return (value as unknown[]).length === 0;
  return type.startsWith('{}') && Object.keys(value as object).length === 0;
};

const LIMITS: Record<string, number> = { int32: 2 ** 31, int64: 2 ** 63 };

const scalar = (type: string, value: unknown, owner: string, context: Context): unknown => {
  const fail = (): Error => mismatch(value, type, owner, context);
  switch (type) {
    case 'string':
      if (typeof value !== 'string') throw fail();
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw fail();
      return value;
    case 'int32':
    case 'int64': {
      const limit = LIMITS[type] ?? 0;
      if (typeof value !== 'number' || !Number.isInteger(value) || value >= limit || value < -limit)
        throw fail();
      return value;
    }
    case 'double':
      if (typeof value !== 'number') throw fail();
      return value;
    case 'bytes':
      if (typeof value !== 'string') throw fail();
      return canonicalBase64(value);
    case 'time':
    case 'microtime':
      if (typeof value !== 'string') throw fail();
      return canonicalTime(value, type === 'time' ? 0 : 6);
    case 'quantity':
      if (typeof value !== 'string' && typeof value !== 'number') throw fail();
      return canonicalQuantity(value);
    case 'intorstring':
      if (typeof value !== 'string' && !Number.isInteger(value)) throw fail();
      return value;
    case 'duration':
      if (typeof value !== 'string') throw fail();
      return value;
    case 'fields':
      if (!isObject(value)) throw fail();
      return value;
    default:
      return value;
  }
};

const JSON_SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

const read = (type: string, value: unknown, path: string, owner: string, context: Context): unknown => {
  if (type.startsWith('[]')) {
    if (!Array.isArray(value)) throw mismatch(value, type, owner, context);
    const item = type.slice(2);
    return value.map((v, i) => readItem(item, v, `${path}[${i}]`, owner, context));
  }
  if (type.startsWith('{}')) {
    if (!isObject(value)) throw mismatch(value, type, owner, context);
    const item = type.slice(2);
    return Object.fromEntries(
      Object.entries(value).map(([key, v]) => [key, readItem(item, v, `${path}.${key}`, owner, context)]),
    );
  }
  if (type === 'wrappedstrings') return read('[]string', value, path, owner, context);
  // A place where a schema may stand in for something simpler is read as a schema when it holds an object.
  if (type.startsWith('schemaor')) {
    if (type === 'schemaorarray' && Array.isArray(value))
      return read(`[]${JSON_SCHEMA}`, value, path, owner, context);
    return isObject(value) ? struct(JSON_SCHEMA, value, path, context) : value;
  }
  if (!type.startsWith('io.')) return scalar(type, value, owner, context);
  if (!isObject(value)) throw mismatch(value, type, owner, context);
  return struct(type, value, path, context);
};

/** Elements of lists and maps have no `omitempty`: null becomes what Go has for nothing. */
const readItem = (type: string, value: unknown, path: string, owner: string, context: Context): unknown =>
  value === null
    ? zero({ number: 0, name: '', type, pointer: false, always: true, omitZero: false }, context)
    : read(type, value, path, owner, context);

interface TypeFields {
  fields: FieldFact[];
  names: Set<string>;
}

const flattened = new Map<string, TypeFields>();

/** The fields of a type as JSON has them: those of inlined structs are among them. */
const jsonFields = (model: string): TypeFields => {
  const known = flattened.get(model);
  if (known) return known;
  const fields = (fieldsOf(model) ?? []).flatMap((field) =>
    field.name === '' ? jsonFields(field.type).fields : [field],
  );
  const made = { fields, names: new Set(fields.map(({ name }) => name)) };
  flattened.set(model, made);
  return made;
};

const struct = (model: string, value: Json, path: string, context: Context): Json => {
  if (++context.depth > DEEPEST) throw new FormError('exceeded max depth');
  const { fields, names } = jsonFields(model);
  const owner = model.slice(model.lastIndexOf('.') + 1);
  const result: Json = {};
  for (const field of fields) {
    // Own properties only: `constructor` and the like are fields nobody sent.
    const given = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    let kept: unknown;
    if (given === undefined || given === null) kept = zero(field, context);
    else {
      context.names.push(field.name);
      kept = read(field.type, given, path === '' ? field.name : `${path}.${field.name}`, owner, context);
      context.names.pop();
      if (!field.pointer && !field.always && isZero(kept, field.type)) kept = undefined;
    }
    if (kept !== undefined) result[field.name] = kept;
  }
  for (const name of Object.keys(value))
    if (!names.has(name) && context.unknown.length < MOST_UNKNOWN_FIELDS)
      context.unknown.push(path === '' ? name : `${path}.${name}`);
  context.depth--;
  return result;
};

/** An object as its Go type holds it, and the paths of what that type does not have. */
export interface TypedObject {
  object: Json;
  unknown: string[];
}

/**
 * Reads a JSON object as kube-apiserver does, which decodes it into a Go type and encodes that again: unknown fields
 * go (and are named), empty optional fields go, required ones appear with their zero value, times, quantities and
 * base64 take their canonical form. The input is not changed. Throws `FormError` with Go's words when a value has the
 * wrong type.
 */
const readTyped = (model: string, value: Json, path = ''): TypedObject => {
  const context: Context = { unknown: [], names: path === '' ? [] : path.split('.'), depth: 0 };
  return { object: struct(model, value, path, context), unknown: context.unknown };
};

/** Turns a wrong type into a 400 that names version and kind. */
const readAs = (version: string, kind: string, read: () => TypedObject): TypedObject => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${error.message}`);
  }
};

/** `readTyped` of a whole request body. Throws a 400 `StatusError` for a wrong type. */
export const readTypedBody = (model: string, version: string, kind: string, value: Json): TypedObject =>
  readAs(version, kind, () => readTyped(model, value));

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** `readTyped` of any object's metadata, custom resources included. Throws a 400 `StatusError` for a wrong type. */
export const readObjectMeta = (version: string, kind: string, metadata: Json): TypedObject =>
  readAs(version, kind, () => readTyped(OBJECT_META, metadata, 'metadata'));
