/**
 * Finds the kubectl programs that the tests run: the one on the PATH when it is 1.29 or newer, and the newest that
 * Debian has, unpacked (not installed) into the user's cache folder.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { canInstall, run } from './debian.ts';
import { withDebianSuite } from './debian-suite.ts';

/** A kubectl program; `minor` is the 36 of version 1.36.4. */
export interface Kubectl {
  path: string;
  version: string;
  minor: number;
}

/** Older ones need the second OpenAPI version in protobuf, which the embedded API server does not have. */
const oldestMinor = 29;

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'armillary', 'kubectl');

function inspect(path: string): Kubectl | undefined {
  const result = spawnSync(path, ['version', '--client', '--output=json'], { encoding: 'utf8' });
  if (result.status !== 0) return undefined;
  const { clientVersion } = JSON.parse(result.stdout) as { clientVersion: { gitVersion: string } };
  const minor = Number(/^v1\.(\d+)\./.exec(clientVersion.gitVersion)?.[1]);
  return { path, version: clientVersion.gitVersion, minor };
}

/** Every usable kubectl, oldest first, one for each minor version. */
export function findKubectls(): Kubectl[] {
  const unpacked = existsSync(cache) ? readdirSync(cache).map((v) => join(cache, v, 'kubectl')) : [];
  const found = ['kubectl', ...unpacked]
    .map(inspect)
    .filter((k): k is Kubectl => k !== undefined && k.minor >= oldestMinor)
    .sort((a, b) => a.minor - b.minor);
  return found.filter((k, i) => found.findIndex((other) => other.minor === k.minor) === i);
}

/**
 * Unpacks the newest kubectl of Debian into the cache, unless it is there. Works on Debian as root; elsewhere it does
 * nothing.
 */
export function unpackNewestKubectl(): void {
  if (!canInstall()) return;
  withDebianSuite(['trixie', 'sid'], ({ folder, apt }) => {
    const version = /^Version: (\S+)/m.exec(apt('apt-cache', ['show', 'kubectl']))?.[1];
    if (!version) throw new Error('Debian names no kubectl');
    const target = join(cache, version.replace(/[^\w.]/g, '_'));
    if (existsSync(join(target, 'kubectl'))) return;
    apt('apt-get', ['download', 'kubectl']);
    const deb = readdirSync(folder).find((f) => f.endsWith('.deb'));
    if (!deb) throw new Error('apt-get downloaded no package');
    run('dpkg-deb', ['-x', join(folder, deb), join(folder, 'unpacked')]);
    mkdirSync(target, { recursive: true });
    // A rename within one folder, so that a half-copied program never has the final name.
    run('cp', [join(folder, 'unpacked/usr/bin/kubectl'), join(target, 'kubectl.new')]);
    renameSync(join(target, 'kubectl.new'), join(target, 'kubectl'));
  });
}
