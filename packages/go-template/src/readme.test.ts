import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the example in the README runs and prints what it says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, source = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const [, printed = ''] = /prints\n\n```\n(.*?)```/s.exec(readme) ?? [];
  // No file of it beside the sources: others may be compiling or packing them.
  const program = source.replace('@armillary/go-template', new URL('index.ts', import.meta.url).href);
  const args = ['--input-type=module-typescript', '--eval', program];
  const { stdout } = await promisify(execFile)(execPath, args);
  expect(stdout).toBe(printed);
});
