/**
 * Finds the kubectl programs that the tests run: the one on the PATH when it is 1.29 or newer, and the newest that
 * Debian has, unpacked (not installed) into the user's cache folder.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { canInstall, run } from './debian.ts';

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
 * Unpacks the newest kubectl of Debian (trixie, then sid: the later wins) into the cache, unless it is there. Works on
 * Debian as root, with a package list of its own: the system's sources are not touched.
 */
export function unpackNewestKubectl(): void {
  if (!canInstall()) return;
  const work = mkdtempSync(join(tmpdir(), 'armillary-apt-'));
  try {
    const sources = readFileSync('/etc/apt/sources.list.d/debian.sources', 'utf8');
    const mirror = /^URIs:\s*(\S+)/m.exec(sources)?.[1];
    if (!mirror) throw new Error('no Debian mirror is named in /etc/apt/sources.list.d/debian.sources');
    const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
    const list = join(work, 'sources.list');
    writeFileSync(
      list,
      ['trixie', 'sid'].map((s) => `deb [signed-by=${key}] ${mirror} ${s} main\n`).join(''),
    );
    mkdirSync(join(work, 'lists/partial'), { recursive: true });
    mkdirSync(join(work, 'cache/archives/partial'), { recursive: true });
    const options = [
      `Dir::Etc::sourcelist=${list}`,
      'Dir::Etc::sourceparts=/dev/null',
      `Dir::State::Lists=${join(work, 'lists')}`,
      `Dir::Cache=${join(work, 'cache')}`,
      'Dir::State::status=/dev/null',
      'APT::Sandbox::User=root',
    ].flatMap((o) => ['-o', o]);
    run('apt-get', [...options, 'update']);
    const version = /^Version: (\S+)/m.exec(run('apt-cache', [...options, 'show', 'kubectl']))?.[1];
    if (!version) throw new Error('Debian names no kubectl');
    const target = join(cache, version.replace(/[^\w.]/g, '_'));
    if (existsSync(join(target, 'kubectl'))) return;
    run('apt-get', [...options, 'download', 'kubectl'], { cwd: work });
    const deb = readdirSync(work).find((f) => f.endsWith('.deb'));
    if (!deb) throw new Error('apt-get downloaded no package');
    run('dpkg-deb', ['-x', join(work, deb), join(work, 'unpacked')]);
    mkdirSync(target, { recursive: true });
    // A rename within one folder, so that a half-copied program never has the final name.
    run('cp', [join(work, 'unpacked/usr/bin/kubectl'), join(target, 'kubectl.new')]);
    renameSync(join(target, 'kubectl.new'), join(target, 'kubectl'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
