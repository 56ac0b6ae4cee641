import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The names of the packages, without their scope. */
export const packages: string[] = readdirSync(join(root, 'packages'));

/**
 * Packs every package as it would be published and installs the tarballs in a new folder inside `work`, whose path is
 * returned. It packs in a copy of the repository, because packing rewrites package.json while it runs.
 */
export function installPacked(work: string): string {
  const copy = join(work, 'repository');
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of files.trim().split('\n')) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  // The copy shares the installed dependencies but links to its own packages.
  mkdirSync(join(copy, 'node_modules/@armillary'), { recursive: true });
  for (const entry of readdirSync(join(root, 'node_modules'))) {
    if (entry !== '@armillary')
      symlinkSync(join(root, 'node_modules', entry), join(copy, 'node_modules', entry));
  }
  for (const name of packages) {
    symlinkSync(join(copy, 'packages', name), join(copy, 'node_modules/@armillary', name));
  }
  const installed = join(work, 'installed');
  mkdirSync(installed);
  writeFileSync(join(installed, 'package.json'), '{ "private": true, "type": "module" }\n');
  const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'pipe', 'pipe'] };
  for (const name of packages) {
    execFileSync('npm', ['pack', '--pack-destination', installed], {
      cwd: join(copy, 'packages', name),
      ...quiet,
    });
  }
  const tarballs = readdirSync(installed).filter((f) => f.endsWith('.tgz'));
  const install = [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    ...tarballs.map((t) => `./${t}`),
  ];
  execFileSync('npm', install, { cwd: installed, ...quiet });
  return installed;
}
