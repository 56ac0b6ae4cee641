import { NodeLbError } from '../errors.ts';

/** What a program printed as JSON; throws `NodeLbError` `ProgramFailed` when it is none. */
export function programJson(program: string, stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    const beginning = JSON.stringify(stdout.slice(0, 100));
    throw new NodeLbError('ProgramFailed', `${program} printed something that is not JSON: ${beginning}`, {
      cause,
    });
  }
}
