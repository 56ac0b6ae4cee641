import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { execPath, pid } from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the example in the README runs and prints what it says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, source = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const [, printed = ''] = /prints\n\n```\n(.*?)```/s.exec(readme) ?? [];
  const file = new URL(`readme-example-${pid}.ts`, import.meta.url);
  try {
    await writeFile(file, source.replace('@armillary/go-template', './index.ts'));
    const { stdout } = await promisify(execFile)(execPath, [file.pathname]);
    expect(stdout).toBe(printed);
  } finally {
    await rm(file, { force: true });
  }
});
