import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** A program that cannot be run; `message` is what Tekton's entrypoint prints. */
export class ProgramError extends Error {
  readonly code = 'ProgramNotFound';
}

/**
 * Finds a program as `execvp` would: a name with a slash is a path, any other is looked for in PATH.
 * @throws ProgramError when there is no such executable file
 */
export function findProgram(name: string, path: string, folder: string): string {
  if (name.includes('/')) {
    const file = isAbsolute(name) ? name : join(folder, name);
    if (!isProgram(file)) throw new ProgramError(`fork/exec ${name}: no such file or directory`);
    return file;
  }
  for (const directory of path.split(delimiter)) {
    const file = join(directory === '' ? folder : directory, name);
    if (isProgram(file)) return file;
  }
  throw new ProgramError(`exec: ${JSON.stringify(name)}: executable file not found in $PATH`);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Whatever keeps us from it keeps us from running it.
    return false;
  }
}
