import { duplicate, invalid, isObject, required, tooMany } from '@armillary/resource';
import type { Cause, JsonSchema } from '@armillary/resource';
import { nameProblems } from '../server/object-name.ts';
import { readJsonPath } from '../table/json-path.ts';

type Loose = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): Loose[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** What is wrong with one version of a definition, apart from its schema. `path` is its place, `spec.versions[0]`. */
export function validateVersion(version: Loose, path: string): Cause[] {
  const problems = nameProblems(text(version['name']), 'dns-1035-label');
  return [
    ...(problems.length > 0 ? [invalid(`${path}.name`, text(version['name']), problems.join(','))] : []),
    ...validateDeprecation(version, `${path}.deprecationWarning`),
    ...validateScale(version['subresources'], `${path}.subresources.scale`),
    ...list(version['additionalPrinterColumns']).flatMap((column, i) =>
      validateColumn(column, `${path}.additionalPrinterColumns[${i}]`),
    ),
    ...validateSelectableFields(version, `${path}.selectableFields`),
  ];
}

function validateDeprecation(version: Loose, path: string): Cause[] {
  const warning = version['deprecationWarning'];
  if (warning === undefined) return [];
  const refuse = (detail: string): Cause[] => [invalid(path, warning, detail)];
  if (version['deprecated'] !== true) return refuse('can only be set for deprecated versions');
  if (!text(warning)) return refuse('must not be an empty string');
  if (text(warning).length > 256) return refuse('must be <= 256 characters long');
  const index = text(warning).search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u);
  if (index < 0) return [];
  return refuse(
    `must only contain printable UTF-8 characters; non-printable character found at index ${index}`,
  );
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function validateColumn(column: Loose, path: string): Cause[] {
  const causes: Cause[] = [];
  const type = text(column['type']);
  const format = text(column['format']);
  const types = `must be one of ${columnTypes.join(',')}`;
  if (!text(column['name'])) causes.push(required(`${path}.name`));
  if (!type) causes.push(required(`${path}.type`, types));
  else if (!columnTypes.includes(type)) causes.push(invalid(`${path}.type`, type, types));
  if (format && !columnFormats.includes(format)) {
    causes.push(invalid(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  }
  const jsonPath = text(column['jsonPath']);
  if (!jsonPath) causes.push(required(`${path}.JSONPath`));
  else causes.push(...validatePath(jsonPath, `${path}.JSONPath`));
  return causes;
}

function validatePath(jsonPath: string, path: string): Cause[] {
  if (!jsonPath.startsWith('.'))
    return [invalid(path, jsonPath, 'must be a simple json path starting with .')];
  try {
    readJsonPath(jsonPath);
    return [];
  } catch (error) {
    return [invalid(path, jsonPath, error instanceof Error ? error.message : String(error))];
  }
}

function validateScale(subresources: unknown, path: string): Cause[] {
  const scale = isObject(subresources) ? subresources['scale'] : undefined;
  if (!isObject(scale)) return [];
  const check = (name: string, roots: string[], under: string): Cause[] => {
    const value = text(scale[name]);
    if (!value) return [required(`${path}.${name}`)];
    if (!value.startsWith('.')) {
      return [invalid(`${path}.${name}`, value, 'must be a simple json path starting with .')];
    }
    if (roots.some((root) => value.startsWith(root) && value.length > root.length)) return [];
    return [invalid(`${path}.${name}`, value, `should be a json path under ${under}`)];
  };
  return [
    ...check('specReplicasPath', ['.spec.'], '.spec'),
    ...check('statusReplicasPath', ['.status.'], '.status'),
    ...(text(scale['labelSelectorPath'])
      ? check('labelSelectorPath', ['.spec.', '.status.'], 'either .spec or .status')
      : []),
  ];
}

const maxSelectableFields = 8;

function validateSelectableFields(version: Loose, path: string): Cause[] {
  const fields = list(version['selectableFields']);
  if (fields.length > maxSelectableFields) return [tooMany(path, fields.length, maxSelectableFields)];
  const schema = isObject(version['schema'])
    ? (version['schema']['openAPIV3Schema'] as JsonSchema | undefined)
    : {};
  const seen = new Set<string>();
  return fields.flatMap((entry, i): Cause[] => {
    const at = `${path}[${i}].jsonPath`;
    const jsonPath = text(entry['jsonPath']);
    if (!jsonPath) return [required(at)];
    if (seen.has(jsonPath)) return [duplicate(at, jsonPath)];
    seen.add(jsonPath);
    return validateSelectable(jsonPath, schema, at);
  });
}

function validateSelectable(jsonPath: string, schema: JsonSchema | undefined, at: string): Cause[] {
  const wrong = (why: string): Cause[] => [invalid(at, jsonPath, `is an invalid path: ${why}`)];
  if (!jsonPath.startsWith('.')) return wrong(`expected [ or . but got: ${jsonPath.split(/[.[]/)[0]}`);
  if (jsonPath.includes('[')) return wrong('array notation is not allowed');
  const names = jsonPath.slice(1).split('.');
  let field = names[0] === 'metadata' ? undefined : schema;
  for (const name of names) field = isObject(field?.properties) ? field.properties[name] : undefined;
  if (!field) return wrong('does not refer to a valid field');
  if (['string', 'boolean', 'integer'].includes(field.type ?? '')) return [];
  const rule =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
  return [invalid(at, jsonPath, rule)];
}
