import { Argument, Command } from 'commander';
import { completionScript } from '../completion.ts';

/** `armillary completion SHELL`: prints the script that makes a shell complete this command line. */
export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('print a completion script; for bash: source <(armillary completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish') => {
      process.stdout.write(completionScript(program, shell));
    });
}
