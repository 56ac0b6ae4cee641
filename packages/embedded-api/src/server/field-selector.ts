import { selectedField } from '../builtin/selected-field.ts';
import type { ServedResource } from '../served-resource.ts';
import { badRequest } from '../status-error.ts';
import type { ObjectMatcher } from './label-selector.ts';

/** A parsed field selector; `name` is set when it asks for exactly one object. */
export interface FieldSelector {
  matches: ObjectMatcher;
  name?: string;
}

/**
 * Parses the query form of a field selector (`a=b,c!=d`, with `\` escaping `\`, `,` and `=` in values). Fields are
 * `metadata.name`, `metadata.namespace` and those that the resource declares; any other is a 400.
 */
export function fieldSelector(text: string | undefined, resource: ServedResource): FieldSelector | undefined {
  if (!text?.trim()) return undefined;
  const terms = (text.match(/(\\.|[^,\\])+/gs) ?? []).map((term) => parseTerm(term, text));
  for (const { field } of terms) {
    if (field === 'metadata.name' || field === 'metadata.namespace') continue;
    if (resource.selectableFields.includes(field)) continue;
    throw badRequest(
      `Unable to find "${resource.group ? `${resource.group}/` : ''}${resource.version}, Resource=${resource.plural}" ` +
        `that match label selector "", field selector "${text}": field label not supported: ${field}`,
    );
  }
  const name = terms.find((term) => term.field === 'metadata.name' && term.equal)?.value;
  return {
    matches: (object) =>
      terms.every(
        ({ field, equal, value }) => (selectedField(object, resource.storageKey, field) === value) === equal,
      ),
    ...(name === undefined ? {} : { name }),
  };
}

function parseTerm(term: string, text: string): { field: string; equal: boolean; value: string } {
  const match = /^([^=!]+)(==|!=|=)(.*)$/s.exec(term);
  const value = match?.[3] ?? '';
  if (!match || /(^|[^\\])(\\\\)*=/.test(value)) {
    throw badRequest(
      `invalid field selector: ${JSON.stringify(text)}; can't understand ${JSON.stringify(term)}`,
    );
  }
  return { field: match[1]!.trim(), equal: match[2] !== '!=', value: value.replaceAll(/\\(.)/gs, '$1') };
}
