/**
 * Whether a suite has what it needs from the machine. Says so loudly when not, and throws in CI, where a suite that
 * does not run counts as a failure. For `describe.skipIf(!available(...))`.
 */
export function available(suite: string, need: string, is: boolean): boolean {
  if (is) return true;
  const message = `${suite} is NOT RUN: it needs ${need}`;
  if (process.env['CI']) throw new Error(message);
  process.stderr.write(`${message}\n`);
  return false;
}
