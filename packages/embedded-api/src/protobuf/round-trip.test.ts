import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, stderr } from 'node:process';
import { describe, expect, test } from 'vitest';
import { sourceRoot } from '../../scripts/generate-builtins.ts';
import { builtinKinds } from '../builtin/kinds.ts';
import { readBuiltin } from '../builtin/resources.ts';
import { decodeProtobuf } from './protobuf.ts';

const source = env['KUBERNETES_SOURCE'];
if (!source)
  stderr.write('SKIPPED: comparing with the objects of Kubernetes itself: set KUBERNETES_SOURCE to run it\n');

/** Kubernetes keeps one object of each kind, every field filled, in all of its encodings. */
const data = source ? join(sourceRoot(source), 'api/testdata/HEAD') : '';
const kinds = builtinKinds.filter((k) =>
  existsSync(join(data, `${k.group || 'core'}.${k.version}.${k.kind}.pb`)),
);

describe.runIf(source)('the objects that Kubernetes tests itself with', () => {
  test('there is one of almost every kind', () =>
    expect(kinds.length).toBeGreaterThan(builtinKinds.length - 5));

  test.each(kinds)('$group/$version $kind', (kind) => {
    const file = join(data, `${kind.group || 'core'}.${kind.version}.${kind.kind}`);
    const json = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Record<string, unknown>;
    expect(decodeProtobuf(readFileSync(`${file}.pb`))).toEqual(json);
    expect(readBuiltin(kind, json)).toEqual({ object: json, unknown: [] });
  });
});
