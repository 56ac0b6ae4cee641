/**
 * What the tests need from the system, and how a Debian machine gets it. Run as root on Debian this installs what is
 * missing; anywhere else it only says what is missing. It starts no services.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';

interface SystemPackage {
  /** A program that shows the package is there. */
  command: string;
  /** Debian's name of it. */
  debian: string;
  /** What the tests use it for. */
  purpose: string;
}

const required: SystemPackage[] = [
  { command: 'git', debian: 'git', purpose: 'checks that generated files have not drifted' },
  { command: 'mount', debian: 'mount', purpose: 'a small file system that runs full' },
  { command: 'dpkg-deb', debian: 'dpkg', purpose: 'unpacks kubectl' },
  { command: 'chromium', debian: 'chromium', purpose: 'runs the Jenkins client in a page' },
];

/** Whether a program of this name is on the PATH. */
export function onPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** True when this process may install Debian packages: it is root on a Debian system. */
export function canInstall(): boolean {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return false;
  return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Runs a program and throws with its last lines when it fails. */
export function run(command: string, args: string[], options: { cwd?: string } = {}): string {
  const result = spawnSync(command, args, {
    ...options,
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    const tail = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-8).join('\n');
    throw new Error(`${command} ${args[0] ?? ''} failed (exit ${result.status}):\n${tail}`);
  }
  return result.stdout;
}

/** Installs what is missing when it may, and returns what is still missing. */
export function ensureSystemPackages(): SystemPackage[] {
  const missing = required.filter((p) => !onPath(p.command));
  if (missing.length === 0 || !canInstall()) return missing;
  process.stderr.write(`Installing ${missing.map((p) => p.debian).join(', ')}\n`);
  run('apt-get', ['update']);
  run('apt-get', ['install', '-y', '--no-install-recommends', ...missing.map((p) => p.debian)]);
  return required.filter((p) => !onPath(p.command));
}
