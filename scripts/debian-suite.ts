import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './debian.ts';

/** apt on later Debian suites with a package list of its own: neither the system's sources nor its packages change. */
export interface DebianSuite {
  /** A working folder that `withDebianSuite` removes. */
  folder: string;
  /** Runs `apt-get` or `apt-cache` on the suite and returns what it prints. */
  apt: (command: 'apt-get' | 'apt-cache', args: string[]) => string;
}

/** Calls `body` with fresh package lists of the given suites (`trixie`, `sid`). Needs Debian, as root. */
export function withDebianSuite<T>(suites: string[], body: (suite: DebianSuite) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'armillary-apt-'));
  try {
    const sources = readFileSync('/etc/apt/sources.list.d/debian.sources', 'utf8');
    const mirror = /^URIs:\s*(\S+)/m.exec(sources)?.[1];
    if (!mirror) throw new Error('no Debian mirror is named in /etc/apt/sources.list.d/debian.sources');
    const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
    const list = join(folder, 'sources.list');
    writeFileSync(list, suites.map((s) => `deb [signed-by=${key}] ${mirror} ${s} main\n`).join(''));
    mkdirSync(join(folder, 'lists/partial'), { recursive: true });
    mkdirSync(join(folder, 'cache/archives/partial'), { recursive: true });
    writeFileSync(join(folder, 'status'), '');
    const options = [
      `Dir::Etc::sourcelist=${list}`,
      'Dir::Etc::sourceparts=/dev/null',
      `Dir::State::Lists=${join(folder, 'lists')}`,
      `Dir::Cache=${join(folder, 'cache')}`,
      `Dir::State::status=${join(folder, 'status')}`,
      'APT::Sandbox::User=root',
    ].flatMap((o) => ['-o', o]);
    run('apt-get', [...options, 'update']);
    return body({ folder, apt: (command, args) => run(command, [...options, ...args], { cwd: folder }) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
