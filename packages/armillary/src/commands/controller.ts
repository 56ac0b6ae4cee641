import { Command } from 'commander';
import { dataOption, logLevelOption, outputOption } from '../options.ts';

/** placeholder until the components land */
export function controllerCommand(): Command {
  return new Command('controller')
    .addOption(dataOption())
    .addOption(outputOption())
    .addOption(logLevelOption('info'));
}
