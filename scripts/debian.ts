/**
 * What the tests need from the system, and how a Debian machine gets it. Run as root on Debian this installs what is
 * missing; anywhere else it only says what is missing. It starts no services.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

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
  { command: 'curl', debian: 'curl', purpose: 'runs the commands of the documents' },
  { command: 'openssl', debian: 'openssl', purpose: 'runs the commands of the documents' },
  { command: 'python3', debian: 'python3', purpose: 'runs an example of a webhook that names receivers' },
  { command: 'dpkg-deb', debian: 'dpkg', purpose: 'unpacks kubectl' },
  { command: 'chromium', debian: 'chromium', purpose: 'runs the Jenkins client in a page' },
  {
    command: 'prometheus-alertmanager',
    debian: 'prometheus-alertmanager',
    purpose: 'posts alerts to the notification manager',
  },
  { command: 'prometheus', debian: 'prometheus', purpose: 'finds the alerts that Alertmanager posts' },
  { command: 'smtp-sink', debian: 'postfix', purpose: 'takes the mails of the notification manager' },
  { command: 'initdb', debian: 'postgresql', purpose: 'the store of several notification managers' },
  { command: 'ip', debian: 'iproute2', purpose: 'nodes and clients as network namespaces' },
  { command: 'nsenter', debian: 'util-linux', purpose: 'programs in those namespaces' },
  { command: 'iptables', debian: 'iptables', purpose: 'the rules of the node load balancer' },
  { command: 'ipset', debian: 'ipset', purpose: 'the sets of those rules' },
  { command: 'nft', debian: 'nftables', purpose: 'the rules of its bounce namespace' },
  { command: 'conntrack', debian: 'conntrack', purpose: 'the connections that those rules made' },
];

/** Folders with programs that are not on the PATH of every user. */
function serverFolders(): string[] {
  const postgresql = '/usr/lib/postgresql';
  const versions = existsSync(postgresql) ? readdirSync(postgresql) : [];
  return ['/usr/sbin', ...versions.map((version) => join(postgresql, version, 'bin'))];
}

/** Whether a program of this name is on the PATH, or where Debian puts servers. */
export function onPath(command: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...serverFolders()];
  return folders.some((folder) => {
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
  withoutServices(() =>
    run('apt-get', ['install', '-y', '--no-install-recommends', ...missing.map((p) => p.debian)]),
  );
  return required.filter((p) => !onPath(p.command));
}

/** Packages bring services; Debian asks this file whether they may start, and 101 is no. */
function withoutServices(install: () => void): void {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    rmSync(policy);
  }
}
