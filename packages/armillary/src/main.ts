#!/usr/bin/env node
import { CommanderError, type Command } from 'commander';
import { exitCode } from './command-error.ts';
import { createProgram } from './program.ts';

/** Makes commander throw instead of ending the process with its own code, in every sub-command. */
function throwing(command: Command): Command {
  command.exitOverride();
  command.commands.forEach(throwing);
  return command;
}

try {
  await throwing(createProgram()).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its message; help and version asked for are no error.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(`armillary: ${(error as Error).message}\n`);
    process.exitCode = exitCode(error);
  }
}
