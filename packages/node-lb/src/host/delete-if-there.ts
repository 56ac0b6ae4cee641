import type { Commands } from './commands.ts';
import { failedProgram } from './program-failure.ts';

/** What `ip` says of what is gone: a namespace, a link, and a link that went between its two questions to the kernel. */
const gone = /No such file|Cannot find device|No such device/;

/**
 * Deletes something by `ip`, such as `link delete NAME`. That it is gone is no failure: a link may vanish at any time by
 * itself, while the kernel takes the namespace of its other end down.
 *
 * @throws {NodeLbError} `ProgramFailed`, `NotPermitted`, `ProgramMissing`.
 */
export async function deleteIfThere(
  commands: Commands,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const options = { acceptable: [1, 2], ...(signal && { signal }) };
  const { code, stderr } = await commands.run('ip', args, options);
  if (code !== 0 && !gone.test(stderr)) throw failedProgram('ip', args, `ended with ${code}`, stderr);
}
