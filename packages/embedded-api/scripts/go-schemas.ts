import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type GoField, type GoPackage, type GoType, readGoPackage } from './go-types.ts';

type Json = Record<string, unknown>;

/** `[protobuf number or 0, JSON name or '' when inlined, type, flags]`; see `FieldFact` in src/builtin/facts.ts. */
export type FieldRow = [number, string, string, string];

/** Go types whose wire form is their own: the name used in field rows, and the schema that is published. */
const OWN_FORM: Record<string, { row: string; schema: Json }> = {
  'apimachinery/pkg/apis/meta/v1.Time': {
    row: 'time',
    schema: { type: 'string', format: 'date-time' },
  },
  'apimachinery/pkg/apis/meta/v1.MicroTime': {
    row: 'microtime',
    schema: { type: 'string', format: 'date-time' },
  },
  'apimachinery/pkg/apis/meta/v1.Duration': { row: 'duration', schema: { type: 'string' } },
  'apimachinery/pkg/apis/meta/v1.FieldsV1': { row: 'fields', schema: { type: 'object' } },
  'apimachinery/pkg/runtime.RawExtension': { row: 'raw', schema: { type: 'object' } },
  'apimachinery/pkg/api/resource.Quantity': {
    row: 'quantity',
    schema: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  'apimachinery/pkg/util/intstr.IntOrString': {
    row: 'intorstring',
    schema: { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  },
  'apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON': { row: 'json', schema: {} },
  'apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool': {
    row: 'schemaorbool',
    schema: {},
  },
  'apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray': {
    row: 'schemaorarray',
    schema: {},
  },
  'apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray': {
    row: 'schemaorstrings',
    schema: {},
  },
};

const BASIC: Record<string, { row: string; schema: Json }> = {
  string: { row: 'string', schema: { type: 'string' } },
  bool: { row: 'bool', schema: { type: 'boolean' } },
  int: { row: 'int64', schema: { type: 'integer', format: 'int32' } },
  int32: { row: 'int32', schema: { type: 'integer', format: 'int32' } },
  int64: { row: 'int64', schema: { type: 'integer', format: 'int64' } },
  float64: { row: 'double', schema: { type: 'number', format: 'double' } },
  '[]byte': { row: 'bytes', schema: { type: 'string', format: 'byte' } },
  'interface{}': { row: 'json', schema: {} },
  any: { row: 'json', schema: {} },
};

const ROOT = 'k8s.io/';

const modelOf = (type: GoType): string =>
  `io.k8s.${type.package.slice(ROOT.length).replaceAll('/', '.')}.${type.name}`;

const marker = (markers: readonly string[], name: string): string | undefined =>
  markers.find((m) => m === name || m.startsWith(`${name}=`))?.slice(name.length + 1);

const markersOf = (markers: readonly string[], name: string): string[] =>
  markers.filter((m) => m.startsWith(`${name}=`)).map((m) => m.slice(name.length + 1));

/** The `x-kubernetes-*` extensions that comment markers ask for. */
const extensions = (markers: readonly string[]): Json => {
  const listType = marker(markers, 'listType');
  const mapType = marker(markers, 'mapType') ?? marker(markers, 'structType');
  const keys = [...new Set(markersOf(markers, 'listMapKey'))];
  return {
    ...(keys.length > 0 ? { 'x-kubernetes-list-map-keys': keys } : {}),
    ...(listType ? { 'x-kubernetes-list-type': listType } : {}),
    ...(mapType ? { 'x-kubernetes-map-type': mapType } : {}),
  };
};

/**
 * Turns Go types into what openapi-gen publishes for them (without descriptions) and into rows for the decoders,
 * following references from the models asked for. Rules: k8s.io/kube-openapi, `pkg/generators`.
 */
export class GoSchemas {
  readonly schemas = new Map<string, Json>();
  readonly fields = new Map<string, FieldRow[]>();
  readonly #source: string;
  readonly #packages = new Map<string, GoPackage>();

  /** `source` is the folder that holds `api`, `apimachinery` and `apiextensions-apiserver`. */
  constructor(source: string) {
    this.#source = source;
  }

  /** Adds a model by its published name and everything it refers to. Throws when the source has no such type. */
  add(model: string): void {
    const [, path = '', name = ''] = /^io\.k8s\.(.*)\.(\w+)$/.exec(model) ?? [];
    const directory =
      ROOT + path.replace('apiextensions-apiserver.', 'apiextensions-apiserver/').replaceAll('.', '/');
    const type = this.#package(directory)?.types.get(name);
    if (!type) throw new Error(`the source has no type ${name} in ${directory}`);
    this.#struct(type);
  }

  #package(path: string): GoPackage | undefined {
    const directory = join(this.#source, path.slice(ROOT.length));
    if (!path.startsWith(ROOT) || !existsSync(directory)) return undefined;
    const known = this.#packages.get(path) ?? readGoPackage(directory, path);
    this.#packages.set(path, known);
    return known;
  }

  #find(name: string, from: GoType): { type: GoType; home: GoPackage } {
    const [alias, member] = name.includes('.') ? name.split('.') : [undefined, name];
    const path = alias === undefined ? from.package : (from.imports.get(alias) ?? alias);
    const home = this.#package(path);
    const type = home?.types.get(member ?? '');
    if (!home || !type) throw new Error(`${from.package}.${from.name}: unknown type ${name}`);
    return { type, home };
  }

  #struct(type: GoType): void {
    const model = modelOf(type);
    if (this.schemas.has(model)) return;
    const schema: Json = {};
    this.schemas.set(model, schema);
    const own = OWN_FORM[type.package.slice(ROOT.length) + '.' + type.name];
    if (own) {
      Object.assign(schema, own.schema);
      return;
    }
    const rows: FieldRow[] = [];
    this.fields.set(model, rows);
    const properties: Json = {};
    const required: string[] = [];
    this.#fields(type, properties, required, rows);
    Object.assign(schema, { type: 'object', properties: sorted(properties) });
    if (required.length > 0) schema['required'] = required.sort();
    Object.assign(schema, extensions(type.markers));
  }

  #fields(type: GoType, properties: Json, required: string[], rows: FieldRow[]): void {
    for (const field of type.fields) {
      const [name = '', ...options] = field.json;
      const number = Number(field.protobuf[1] ?? 0);
      if (name === '-' || (name === '' && !options.includes('inline'))) continue;
      if (options.includes('inline')) {
        const inner = this.#find(field.type.replace(/^\*/, ''), type).type;
        // Inlined in JSON, but a message of its own on the wire; or not on the wire at all (TypeMeta).
        const innerRows: FieldRow[] = [];
        this.#fields(inner, properties, required, innerRows);
        if (number > 0) {
          this.#struct(inner);
          rows.push([number, '', modelOf(inner), 'i']);
        } else for (const [, ...row] of innerRows) rows.push([0, ...row]);
        continue;
      }
      const { row, schema } = this.#value(field.type, type);
      properties[name] = this.#property(field, schema, type);
      const optional = field.markers.includes('required')
        ? false
        : field.markers.includes('optional') || options.includes('omitempty');
      if (!optional) required.push(name);
      const flags =
        (field.type.startsWith('*') ? 'p' : '') +
        (options.includes('omitempty') ? '' : 'r') +
        (options.includes('omitzero') ? 'z' : '');
      rows.push([number, name, row, flags]);
    }
  }

  #property(field: GoField, value: Json, from: GoType): Json {
    const extra: Json = { ...extensions(field.markers) };
    const byDefault = marker(field.markers, 'default');
    if (byDefault !== undefined) extra['default'] = this.#default(byDefault, from);
    if (field.patchMergeKey) extra['x-kubernetes-patch-merge-key'] = field.patchMergeKey;
    if (field.patchStrategy) extra['x-kubernetes-patch-strategy'] = field.patchStrategy;
    if (Object.keys(extra).length === 0) return value;
    return '$ref' in value ? { allOf: [value], ...extra } : { ...value, ...extra };
  }

  #default(text: string, from: GoType): unknown {
    const reference = /^ref\((?:(.*)\.)?(\w+)\)$/.exec(text);
    if (!reference) return JSON.parse(text);
    const path = reference[1] ?? from.package;
    const value = this.#package(path)?.constants.get(reference[2] ?? '');
    if (value === undefined) throw new Error(`${from.package}.${from.name}: unknown default ${text}`);
    return value;
  }

  #value(expression: string, from: GoType): { row: string; schema: Json } {
    const text = expression.replace(/^\*/, '');
    const basic = BASIC[text];
    if (basic) return basic;
    if (text.startsWith('[]')) {
      const item = this.#value(text.slice(2), from);
      return { row: `[]${item.row}`, schema: { type: 'array', items: item.schema } };
    }
    const map = /^map\[[\w.]+\](.*)$/.exec(text);
    if (map) {
      const item = this.#value(map[1] ?? '', from);
      return { row: `{}${item.row}`, schema: { type: 'object', additionalProperties: item.schema } };
    }
    if (text === 'types.UID' || text === 'types.NodeName' || text === 'types.NamespacedName')
      return { row: 'string', schema: { type: 'string' } };
    const { type, home } = this.#find(text, from);
    if (type.underlying === 'struct') {
      this.#struct(type);
      const own = OWN_FORM[type.package.slice(ROOT.length) + '.' + type.name];
      return { row: own?.row ?? modelOf(type), schema: { $ref: `#/components/schemas/${modelOf(type)}` } };
    }
    const underlying = this.#value(type.underlying, type);
    if (type.markers.includes('enum')) {
      const values = [...new Set(home.enums.get(type.name))].sort();
      return { row: underlying.row, schema: { ...underlying.schema, enum: values } };
    }
    // A nullable slice is wrapped in a message of its own on the wire (gogo protobuf's way to tell nil from empty).
    if (marker(type.markers, 'protobuf.nullable') === 'true')
      return { row: 'wrappedstrings', schema: underlying.schema };
    return underlying;
  }
}

/** The same object with its keys in order, so that output does not depend on the order of declarations. */
export const sorted = (object: Json): Json =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
