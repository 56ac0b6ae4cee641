import { Command, Option } from 'commander';
import { duration, outputOption } from '../options.ts';
import { printEvent } from '../output.ts';
import { runName, runOptions, type RunFlags } from '../run-flags.ts';

interface CancelOptions extends RunFlags {
  timeout: number;
  output: 'text' | 'json';
}

/** `armillary cancel RUN`: stops a run, and waits until it is. */
export function cancelCommand(): Command {
  const command = new Command('cancel')
    .description('stop a run, and wait until it has ended')
    .argument('<run>', 'name of the run', runName)
    .addOption(
      new Option('--timeout <duration>', 'wait no longer than this, such as 90s, 10m, 2h')
        .argParser(duration)
        .default(120_000, '2m'),
    )
    .addOption(outputOption())
    .action(cancel);
  for (const option of runOptions()) command.addOption(option);
  return command;
}

async function cancel(name: string, options: CancelOptions): Promise<void> {
  // Loaded here, so that help and completion answer at once.
  const { withRun } = await import('../pipeline-run/with-run.ts');
  const { stopRun } = await import('@armillary/pipelines');
  await withRun(name, options, async (run) => {
    await stopRun(run, options.timeout);
    if (options.output === 'json') printEvent({ name, namespace: run.namespace, phase: 'Cancelled' });
    else process.stdout.write(`${name} is cancelled\n`);
  });
}
