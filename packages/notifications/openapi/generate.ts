/** Writes openapi.json beside package.json. With `--check` it writes nothing and fails when the file differs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from './document.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'openapi.json');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const text = `${JSON.stringify(openApiDocument(version), null, 2)}\n`;

if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else {
    process.stderr.write('packages/notifications/openapi.json has drifted: run npm run generate\n');
    process.exitCode = 1;
  }
}
