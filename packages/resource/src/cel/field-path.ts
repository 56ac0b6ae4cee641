import { isObject } from '../schema/json-schema.ts';
import type { JsonSchema } from '../schema/json-schema.ts';

const token = /\.([^.[\]]+)|\['((?:\\.|[^'\\])*)'\]/y;

/**
 * The place a rule's `fieldPath` names (`.spec.x`, `.labels['a.b']`), as causes write it (`spec.x`, `labels[a.b]`).
 * Throws an Error whose message says why the path is none of this schema.
 */
export function resolveFieldPath(path: string, schema: JsonSchema): string {
  const scanner = new RegExp(token);
  let resolved = '';
  let at: JsonSchema | undefined = schema;
  while (scanner.lastIndex < path.length) {
    const rest = path.slice(scanner.lastIndex);
    const match = scanner.exec(path);
    if (!match) throw new Error(`expected [ or . but got: ${rest}`);
    const name = match[1] ?? (match[2] ?? '').replace(/\\(.)/g, '$1');
    if (at?.properties) {
      at = Object.hasOwn(at.properties, name) ? at.properties[name] : undefined;
      resolved += resolved ? `.${name}` : name;
    } else {
      at = isObject(at?.additionalProperties) ? at.additionalProperties : undefined;
      resolved += `[${name}]`;
    }
    if (at === undefined) throw new Error('does not refer to a valid field');
  }
  return resolved;
}
