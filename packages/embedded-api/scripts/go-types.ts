import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One field of a Go struct: its Go type, its tags, and the `+marker` lines of its comment. */
export interface GoField {
  name: string;
  type: string;
  json: string[];
  protobuf: string[];
  patchStrategy?: string;
  patchMergeKey?: string;
  markers: string[];
  embedded: boolean;
}

/** A Go type declaration: a struct with fields, or another name for `underlying`. */
export interface GoType {
  name: string;
  /** The import path of its package. */
  package: string;
  markers: string[];
  underlying: string;
  fields: GoField[];
  /** Import paths by the name they have in the declaring file. */
  imports: ReadonlyMap<string, string>;
}

/** The declarations of one Go package. */
export interface GoPackage {
  types: Map<string, GoType>;
  /** Values of typed string constants, by type, in source order. */
  enums: Map<string, string[]>;
  /** Values of constants by name. */
  constants: Map<string, string>;
}

const FIELD = /^(?:(\w+)\s+)?((?:\*|\[\]|map\[[\w.]+\])*(?:[\w.]+|interface\{\}))(?:\s+`([^`]*)`)?$/;
const CONSTANT = /^(?:const\s+)?(\w+)(?:\s+(\w+))?\s*=\s*(?:\w+\()?"([^"]*)"\)?$/;

const tag = (tags: string, name: string): string | undefined =>
  new RegExp(`(?:^|\\s)${name}:"([^"]*)"`).exec(tags)?.[1];

const parseField = (line: string, markers: string[]): GoField | undefined => {
  const match = FIELD.exec(line);
  if (!match) return undefined;
  const [, name, type = '', tags = ''] = match;
  const strategy = tag(tags, 'patchStrategy');
  const mergeKey = tag(tags, 'patchMergeKey');
  return {
    name: name ?? type.replace(/^\*/, '').replace(/^\w+\./, ''),
    type,
    json: tag(tags, 'json')?.split(',') ?? [],
    protobuf: tag(tags, 'protobuf')?.split(',') ?? [],
    ...(strategy ? { patchStrategy: strategy } : {}),
    ...(mergeKey ? { patchMergeKey: mergeKey } : {}),
    markers,
    embedded: name === undefined,
  };
};

const parseImports = (text: string): Map<string, string> => {
  const imports = new Map<string, string>();
  const block = /^import \(([^)]*)\)/m.exec(text)?.[1] ?? /^import (.*)$/m.exec(text)?.[1] ?? '';
  for (const match of block.matchAll(/(?:(\w+)\s+)?"([^"]+)"/g)) {
    const path = match[2] ?? '';
    imports.set(match[1] ?? path.split('/').at(-1) ?? path, path);
  }
  return imports;
};

const parseFile = (text: string, path: string, into: GoPackage): void => {
  const imports = parseImports(text);
  let markers: string[] = [];
  let struct: GoType | undefined;
  for (const raw of text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').split('\n')) {
    const comment = /^\s*\/\/\s?(.*)$/.exec(raw)?.[1];
    if (comment !== undefined) {
      if (/^\s*\+\S/.test(comment)) markers.push(comment.trim().slice(1));
      continue;
    }
    const line = raw.replace(/\s+\/\/.*$/, '').trim();
    if (struct) {
      if (line === '}') struct = undefined;
      else if (line !== '') {
        const field = parseField(line, markers);
        if (field) struct.fields.push(field);
        else if (line.includes('`'))
          throw new Error(`${path}: cannot read the field ${JSON.stringify(line)}`);
      }
      if (line !== '') markers = [];
      continue;
    }
    const declared = /^type (\w+) (.+?)(\s*\{\}?)?$/.exec(line);
    if (declared && !line.startsWith('type (') && !declared[2]?.startsWith('interface')) {
      const underlying = declared[2] ?? '';
      const type: GoType = {
        name: declared[1] ?? '',
        package: path,
        markers,
        underlying,
        fields: [],
        imports,
      };
      into.types.set(type.name, type);
      if (underlying === 'struct' && line.endsWith('{')) struct = type;
    }
    const constant = CONSTANT.exec(line);
    if (constant) {
      const [, name = '', type, value = ''] = constant;
      into.constants.set(name, value);
      if (type) into.enums.set(type, [...(into.enums.get(type) ?? []), value]);
    }
    // A marker belongs to a type even when an ordinary comment or an empty line stands between them.
    if (line !== '') markers = [];
  }
};

const HAND_WRITTEN = /^(?!zz_generated|generated\.|.*_test\.go$|.*_swagger_doc_generated).*\.go$/;

/** Reads the hand-written files of a Go package. `path` is its import path, `directory` where it is unpacked. */
export const readGoPackage = (directory: string, path: string): GoPackage => {
  const result: GoPackage = { types: new Map(), enums: new Map(), constants: new Map() };
  for (const file of readdirSync(directory).sort())
    if (HAND_WRITTEN.test(file)) parseFile(readFileSync(join(directory, file), 'utf8'), path, result);
  return result;
};
