import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { connectJenkins, jenkinsServerOptions, type JenkinsServerFlags } from '../jenkins-flags.ts';
import { outputOption, parameter } from '../options.ts';
import { printEvent } from '../output.ts';
import { runName, runOptions, type RunFlags } from '../run-flags.ts';

interface ApproveOptions extends RunFlags, JenkinsServerFlags {
  input?: string;
  p?: Record<string, string>;
  abort?: true;
  output: 'text' | 'json';
}

/** `armillary approve RUN`: answers what a run waits for. */
export function approveCommand(): Command {
  const command = new Command('approve')
    .description('answer the input that a run on Jenkins waits for')
    .argument('<run>', 'name of the run', runName)
    .option('--input <id>', 'which input; may be left out when the run waits for one only')
    .option('-p <name=value>', 'a parameter of the input; may be repeated', parameter)
    .option('--abort', 'refuse, which ends the run')
    .addOption(outputOption())
    .addHelpText('after', '\nParameters that are left out have the defaults of the input.')
    .action(approve);
  for (const option of [...runOptions(), ...jenkinsServerOptions()]) command.addOption(option);
  return command;
}

async function approve(name: string, options: ApproveOptions): Promise<void> {
  const { input: wanted, p: values = {}, abort = false } = options;
  if (abort && options.p !== undefined)
    throw new CommandError('usage', '--abort takes no parameters: leave out -p');
  // Loaded here, so that help and completion answer at once.
  const { withRun } = await import('../pipeline-run/with-run.ts');
  const { pendingInput } = await import('../pipeline-run/pending-input.ts');
  const jenkins = await connectJenkins(options);
  try {
    await withRun(name, options, async (run) => {
      const input = await pendingInput(await run.get(), jenkins, wanted);
      await (abort ? input.abort() : input.approve(values));
      const answer = abort ? 'aborted' : 'approved';
      const { id, message } = input;
      if (options.output === 'json') printEvent({ name, namespace: run.namespace, input: id, answer });
      else process.stdout.write(`${answer} ${id} of ${name}: ${message}\n`);
    });
  } finally {
    await jenkins?.close();
  }
}
