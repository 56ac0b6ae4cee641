import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { removeTree } from './remove-tree.ts';

const nobody = 65534;
const isRoot = process.getuid?.() === 0;

// For root nothing is read-only.
const folder = mkdtempSync(join(tmpdir(), 'tree-'));
chmodSync(folder, 0o777);
if (isRoot) process.seteuid?.(nobody);
afterEach(() => {
  if (isRoot) process.seteuid?.(0);
  rmSync(folder, { recursive: true, force: true });
});

test('read-only folders go with what is in them, and what is not there is gone already', async () => {
  const cache = join(folder, 'home', 'cache', 'module');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'file'), '');
  for (const place of [cache, join(folder, 'home', 'cache')]) chmodSync(place, 0o500);
  await removeTree(join(folder, 'home'));
  expect(existsSync(join(folder, 'home'))).toBe(false);
  await removeTree(join(folder, 'home'));
});
