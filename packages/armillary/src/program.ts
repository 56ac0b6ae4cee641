import { Command } from 'commander';
import { apiCommand } from './commands/api.ts';
import { approveCommand } from './commands/approve.ts';
import { cancelCommand } from './commands/cancel.ts';
import { completionCommand } from './commands/completion.ts';
import { controllerCommand } from './commands/controller.ts';
import { labCommand } from './commands/lab.ts';
import { logsCommand } from './commands/logs.ts';
import { rerunCommand } from './commands/rerun.ts';
import { nodeAgentCommand } from './commands/node-agent.ts';
import { nodeLbCommand } from './commands/node-lb.ts';
import { notificationManagerCommand } from './commands/notification-manager.ts';
import { runCommand } from './commands/run.ts';
import { upCommand } from './commands/up.ts';
import { version } from './version.ts';

/** The command line: every command with its flags. `main.ts` runs it. */
export function createProgram(): Command {
  const program = new Command('armillary')
    .description(
      'Pipelines on Tekton or Jenkins, notifications and load balancing for Kubernetes, or for one machine.',
    )
    .version(version)
    // What follows the name of a command is for that command, also where one above it has a flag of the same name.
    .enablePositionalOptions()
    .showHelpAfterError('(add --help to see what the command takes)');
  program.addCommand(upCommand());
  program.addCommand(apiCommand());
  program.addCommand(runCommand());
  program.addCommand(logsCommand());
  program.addCommand(approveCommand());
  program.addCommand(cancelCommand());
  program.addCommand(rerunCommand());
  program.addCommand(controllerCommand());
  program.addCommand(notificationManagerCommand());
  program.addCommand(nodeAgentCommand());
  program.addCommand(nodeLbCommand());
  program.addCommand(labCommand());
  program.addCommand(completionCommand(program));
  return program;
}
