import { Command } from 'commander';

/** placeholder until the components land */
export function runCommand(): Command {
  return new Command('run');
}
