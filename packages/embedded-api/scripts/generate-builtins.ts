import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process, { argv, env, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';
import { builtinKinds, modelName, requestModels } from '../src/builtin/kinds.ts';
import { GoSchemas, sorted } from './go-schemas.ts';

const GENERATED = fileURLToPath(new URL('../src/builtin/generated/', import.meta.url));

/** Which unpacked source the facts come from; NOTICE says the same in words. */
export const SOURCE_VERSION = '1.36.4';

/** A generated file and the text it should have. */
export interface GeneratedFile {
  path: string;
  text: string;
}

/** One entry per line: small, and a change shows as the lines that changed. */
const lines = (entries: [string, unknown][]): string =>
  `{\n${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',\n')}\n}\n`;

const sha256 = (...texts: string[]): string => createHash('sha256').update(texts.join('\0')).digest('hex');

const PLACES = ['', 'staging/src/k8s.io', 'k8s.io', 'usr/share/gocode/src/k8s.io'];

/** The folder that holds `api`, `apimachinery` and `apiextensions-apiserver`. Throws when `source` has none. */
export const sourceRoot = (source: string): string => {
  const root = PLACES.map((place) => join(source, place)).find((place) =>
    existsSync(join(place, 'api/core/v1')),
  );
  if (!root)
    throw new Error(`${source} holds no k8s.io/api: unpack the Kubernetes ${SOURCE_VERSION} source there`);
  return root;
};

/**
 * Derives the generated files from an unpacked Kubernetes source: a source tree, or the contents of Debian's
 * `golang-k8s-{api,apimachinery,apiextensions-apiserver}-dev` packages.
 */
export const generateBuiltins = (source: string): GeneratedFile[] => {
  const types = new GoSchemas(sourceRoot(source));
  for (const { group, version, kind } of builtinKinds) types.add(modelName(group, version, kind));
  for (const model of requestModels) types.add(model);
  const schemas = lines(Object.entries(sorted(Object.fromEntries(types.schemas))));
  const fields = lines(Object.entries(sorted(Object.fromEntries(types.fields))));
  const record = { kubernetes: SOURCE_VERSION, sha256: sha256(schemas, fields) };
  return [
    { path: join(GENERATED, 'schemas.json'), text: schemas },
    { path: join(GENERATED, 'fields.json'), text: fields },
    { path: join(GENERATED, 'source.json'), text: `${JSON.stringify(record, null, 2)}\n` },
  ];
};

/**
 * Names the generated files that are not what they should be. With `KUBERNETES_SOURCE` they are generated again and
 * compared; without it their recorded hash is checked, which finds edits by hand.
 */
export const driftedBuiltins = (source: string | undefined = env['KUBERNETES_SOURCE']): string[] => {
  const read = (name: string): string => readFileSync(join(GENERATED, name), 'utf8');
  if (source)
    return generateBuiltins(source)
      .filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
      .map(({ path }) => path);
  const record = JSON.parse(read('source.json')) as { sha256: string };
  return record.sha256 === sha256(read('schemas.json'), read('fields.json')) ? [] : [GENERATED];
};

if (argv[1] === fileURLToPath(import.meta.url)) {
  const source = argv[2] ?? env['KUBERNETES_SOURCE'];
  if (source === '--check') {
    for (const path of driftedBuiltins()) {
      stderr.write(
        `${path} is not what the generator wrote: run generate-builtins.ts on a Kubernetes source\n`,
      );
      process.exitCode = 1;
    }
  } else if (source) for (const { path, text } of generateBuiltins(source)) writeFileSync(path, text);
  else stderr.write('usage: node generate-builtins.ts DIR|--check, or set KUBERNETES_SOURCE\n');
}
