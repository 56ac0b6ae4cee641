/** Writes openapi.json beside package.json. With `--check` it writes nothing and fails when the file differs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from './document.ts';

const folder = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
const file = join(folder, 'openapi.json');
const text = `${JSON.stringify(openApiDocument(version), null, 2)}\n`;
const drifted = !existsSync(file) || readFileSync(file, 'utf8') !== text;

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (drifted) {
  process.stderr.write('packages/jenkins-client/openapi.json has drifted: run npm run generate\n');
  process.exitCode = 1;
}
