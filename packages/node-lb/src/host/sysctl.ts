import { NodeLbError } from '../errors.ts';
import type { Commands } from './commands.ts';
import { failedProgram } from './program-failure.ts';

const root = '/proc/sys/';

/**
 * Reads kernel settings of a network, by their path such as `net/ipv4/ip_forward` (names of interfaces may have dots).
 * What this kernel does not have is absent, such as all of `net/ipv6` where IPv6 is switched off.
 */
export async function readSysctls(
  commands: Commands,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const files = names.map((name) => root + name);
  // grep is on every system, and reads many files in one go; it ends with 2 when one of them is missing.
  const options = { signal, acceptable: [1, 2] };
  const { stdout } = await commands.run('grep', ['-sH', '.', ...files], options);
  const values = new Map<string, string>();
  for (const line of stdout.trim().split('\n')) {
    const end = line.lastIndexOf(':');
    if (line.startsWith(root)) values.set(line.slice(root.length, end), line.slice(end + 1));
  }
  return values;
}

/**
 * Sets kernel settings of a network, given as for {@link readSysctls}.
 *
 * @throws {NodeLbError} `NotPermitted`, also where /proc/sys is mounted for reading only, as in most containers;
 *   `ProgramFailed`.
 */
export async function writeSysctls(
  commands: Commands,
  settings: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const files = Map.groupBy(settings.keys(), (name) => settings.get(name)!);
  for (const [value, names] of files) {
    // sysctl is not on every system; tee writes one value to many files.
    const paths = names.map((name) => root + name);
    const { code, stderr } = await commands.run('tee', paths, { input: value, signal, acceptable: [1] });
    if (code === 0) continue;
    if (/Read-only file system/.test(stderr)) {
      throw new NodeLbError(
        'NotPermitted',
        `${paths[0]} cannot be set to ${value}: /proc/sys is mounted read-only; run the agent's container as privileged, or outside of a container`,
      );
    }
    throw failedProgram('tee', paths, `ended with ${code}`, stderr);
  }
}
