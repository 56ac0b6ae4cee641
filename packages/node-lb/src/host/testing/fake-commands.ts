import { NodeLbError } from '../../errors.ts';
import type { Commands, Ran, RunOptions } from '../commands.ts';

/** What a program answers, with code 0 and no output unless told; a function is asked with the arguments. */
export type FakeAnswer = Partial<Ran> | ((args: readonly string[], options: RunOptions) => Partial<Ran>);

/** Programs that answer what they are told, for what this machine does not have; others answer nothing. */
export function fakeCommands(programs: Readonly<Record<string, FakeAnswer>>): Commands {
  const commands: Commands = {
    run: async (program, args, options = {}) => {
      const answer = programs[program] ?? {};
      const ran = {
        code: 0,
        stdout: '',
        stderr: '',
        ...(typeof answer === 'function' ? answer(args, options) : answer),
      };
      if (ran.code === 0 || options.acceptable?.includes(ran.code)) return ran;
      throw new NodeLbError('ProgramFailed', `${program} ended with ${ran.code}: ${ran.stderr}`);
    },
    inside: () => commands,
  };
  return commands;
}
