/**
 * Run by npm around `npm pack` in a package's folder. `prepare` builds the package and points `exports` and `bin` at
 * the built files, because in the repository they point at the sources; `restore` puts package.json back.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

const saved = 'package.json.source';
const examples = '../../examples';

function toBuilt(path: string): string {
  return path.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '.js');
}

function built(value: unknown): unknown {
  if (typeof value === 'string') return toBuilt(value);
  return Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, built(v)]));
}

function prepare(): void {
  const tsc = spawnSync('tsc', ['-b'], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (tsc.status !== 0) throw new Error('the package does not build: fix what tsc reports, then pack again');
  // The compiler leaves out the data that the code reads beside itself.
  for (const file of globSync('src/**/{generated/*.json,*.tmpl}')) cpSync(file, file.replace(/^src/, 'dist'));
  // A pack that was killed leaves the saved file: it, not the rewritten one, is the source.
  if (!existsSync(saved)) copyFileSync('package.json', saved);
  const manifest = JSON.parse(readFileSync(saved, 'utf8')) as Record<string, unknown>;
  for (const field of ['exports', 'bin']) if (manifest[field]) manifest[field] = built(manifest[field]);
  delete manifest['scripts'];
  writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  if ((manifest['files'] as string[]).includes('examples')) cpSync(examples, 'examples', { recursive: true });
}

function restore(): void {
  renameSync(saved, 'package.json');
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
  if (manifest.files.includes('examples')) rmSync('examples', { recursive: true });
}

if (process.argv[2] === 'prepare') prepare();
else if (process.argv[2] === 'restore') restore();
else throw new Error('usage: node pack.ts prepare|restore');
