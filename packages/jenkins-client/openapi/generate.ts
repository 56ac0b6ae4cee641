/**
 * Writes openapi.json beside package.json, and the page about what was tried on which Jenkins. With `--check` it writes
 * nothing and fails when a file differs.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compatibilityPage } from './compatibility.ts';
import { openApiDocument } from './document.ts';

const root = join(import.meta.dirname, '../../..');
const own = 'packages/jenkins-client';
const { version } = JSON.parse(readFileSync(join(root, own, 'package.json'), 'utf8')) as { version: string };

const wanted = {
  [`${own}/openapi.json`]: `${JSON.stringify(openApiDocument(version), null, 2)}\n`,
  'docs/jenkins-compatibility.md': compatibilityPage(),
};

for (const [name, text] of Object.entries(wanted)) {
  const file = join(root, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else {
    process.stderr.write(`${name} has drifted: run npm run generate\n`);
    process.exitCode = 1;
  }
}
