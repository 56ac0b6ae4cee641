/**
 * Recordings of supported routes that are not sent to the fake server, with the reason. Each must be part of a test of
 * the client, which `coverage.test.ts` checks.
 */
export const notReplayed: Readonly<Record<string, string>> = {
  '07-conv-12': 'The words of a JSON parser.',
  '13-pgv-18': 'What git tells of a build.',
  '10-big': 'Part of the tests of the growing log.',
};

/** Why a recording is not sent to the fake server; undefined when it is. */
export function whyNotReplayed(name: string): string | undefined {
  const key = Object.keys(notReplayed).find((prefix) => name.startsWith(prefix));
  return key && notReplayed[key];
}
