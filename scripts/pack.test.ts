/** What `npm pack` makes can be installed in an empty folder, imported and run. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPacked, packages } from './install-packed.ts';

let work: string;
let installed: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'armillary-pack-'));
  installed = installPacked(work);
}, 600_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

test.each(packages)('@armillary/%s can be imported from its tarball', (name) => {
  const code = `const m = await import('@armillary/${name}'); process.stdout.write(String(Object.keys(m).length));`;
  const exported = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: installed,
    encoding: 'utf8',
  });
  expect(Number(exported)).toBeGreaterThan(0);
});

test('the command line runs from its tarball', () => {
  const out = execFileSync(join(installed, 'node_modules/.bin/armillary'), ['--version'], {
    encoding: 'utf8',
  });
  expect(out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
});

test('a tarball holds built files, types, licence, and no tests', () => {
  const files = readdirSync(join(installed, 'node_modules/@armillary/kube'), {
    recursive: true,
    encoding: 'utf8',
  });
  expect(files).toContain('LICENSE');
  expect(files).toContain(join('dist', 'index.js'));
  expect(files).toContain(join('dist', 'index.d.ts'));
  expect(files.filter((f) => f.includes('.test.'))).toEqual([]);
});

test('the types of the Jenkins client are right for a strict program in a browser', () => {
  const program = join(installed, 'browser.ts');
  const code = `import { connect, type LogPosition } from '@armillary/jenkins-client';
export async function text(url: string, from?: LogPosition, signal?: AbortSignal): Promise<string> {
  await using jenkins = connect({ url, timeoutMs: undefined });
  let all = '';
  for await (const { text } of jenkins.item('a').buildRef(1).log({ from, signal })) all += text;
  return all;
}
`;
  writeFileSync(program, code);
  const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
  const browser = [
    '--types',
    '',
    '--lib',
    'es2022,dom',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  const tsc = join(import.meta.dirname, '../node_modules/.bin/tsc');
  const checked = spawnSync(tsc, ['--ignoreConfig', ...strict, ...browser, program], { encoding: 'utf8' });
  expect(checked.stdout).toBe('');
});
