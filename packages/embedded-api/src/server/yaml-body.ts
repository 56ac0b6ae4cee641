import { isAlias, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Document, Node } from 'yaml';
import { badRequest, tooLarge } from '../status-error.ts';

/** A decoded YAML document and the paths of the keys that occur twice in it (`spec.replicas`, `items[0].name`). */
export interface YamlBody {
  value: unknown;
  duplicates: string[];
}

// Reading YAML takes a hundred times as long as reading JSON, and nobody else is served meanwhile.
const maxYamlBytes = 512 * 1024;
// Each is looked for through the whole document.
const maxAliases = 200;

/** Decodes the first document of a YAML text. Throws a 400, or a 413 for more than is read in reasonable time. */
export function decodeYamlText(text: string): YamlBody {
  if (text.length > maxYamlBytes) {
    throw tooLarge(`Request entity too large: limit of YAML is ${maxYamlBytes}, send larger bodies as JSON`);
  }
  // Unique keys would be checked by comparing each with every other.
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' });
  const error = document.errors[0];
  if (error) throw badRequest(`error converting YAML to JSON: yaml: ${error.message}`, { cause: error });
  refuseManyAliases(document);
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { value, duplicates: [...duplicatesIn(document.contents, '')] };
  } catch (cause) {
    throw badRequest(`error converting YAML to JSON: yaml: ${(cause as Error).message}`, { cause });
  }
}

function refuseManyAliases(document: Document): void {
  let count = 0;
  visit(document, {
    Alias: () => {
      if (++count > maxAliases)
        throw badRequest(`error converting YAML to JSON: yaml: over ${maxAliases} aliases`);
    },
  });
}

function* duplicatesIn(node: unknown, path: string): Generator<string> {
  if (isAlias(node)) return;
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) yield* duplicatesIn(item, `${path}[${index}]`);
  } else if (isMap(node)) {
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : (key as Node));
      const own = path === '' ? name : `${path}.${name}`;
      if (seen.has(name)) yield own;
      seen.add(name);
      yield* duplicatesIn(value, own);
    }
  }
}
