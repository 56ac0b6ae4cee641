import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';

/** The rooms of this package, each importing only those before it. */
const rooms = [
  ['errors.ts', 'address', 'kinds', 'api', 'request', 'ports', 'nodes', 'allocation'],
  ['plan', 'controller', 'host', 'rules', 'claims', 'probe', 'agent'],
  ['lab', 'index.ts'],
].flat();

/** Rooms of plain functions over plain data, and the packages that they may use. */
const pure = ['address', 'kinds', 'request', 'ports', 'nodes', 'allocation', 'plan'];
const purePackages = /^(?:@armillary\/resource|ipaddr\.js|typebox(?:\/compile)?|node:(?:crypto|net))$/u;
/** Shapes of Kubernetes' objects, and how they are named, are data, too. */
const kubeData = /^import (?:type |\{ (?:(?:formatKey|keyOf|type \w+)(?:, | \}))+ from)/u;

const folder = import.meta.dirname;
const roomOf = (file: string): string => relative(folder, file).split(sep)[0] ?? '';

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .filter((file) => !file.split(sep).includes('testing'))
  .map((file) => join(folder, file));

const imports = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) [^;]*?from '([^']+)'/gmu)].map(
    ([statement, name = '']) => ({ from: file, name, statement }),
  ),
);

test('rooms import each other in one direction', () => {
  const upwards = imports
    .filter(({ name }) => name.startsWith('.'))
    .map(({ from, name }) => ({ from, to: join(dirname(from), name) }))
    .filter(({ from, to }) => rooms.indexOf(roomOf(to)) > rooms.indexOf(roomOf(from)))
    .map(({ from, to }) => `${relative(folder, from)} imports ${relative(folder, to)}`);
  expect(upwards).toEqual([]);
  expect(new Set(files.map(roomOf))).toEqual(new Set(rooms));
});

test('what decides knows nothing of an API server or of the machine', () => {
  const adapters = imports
    .filter(({ from, name }) => pure.includes(roomOf(from)) && !name.startsWith('.'))
    .filter(({ name, statement }) => !purePackages.test(name) && !kubeData.test(statement))
    .map(({ from, name }) => `${relative(folder, from)} imports ${name}`);
  expect(adapters).toEqual([]);
});
