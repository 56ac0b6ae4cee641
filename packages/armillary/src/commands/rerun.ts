import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { outputOption } from '../options.ts';
import { printEvent } from '../output.ts';
import { runName, runOptions, type RunFlags } from '../run-flags.ts';
import { version } from '../version.ts';

interface RerunOptions extends RunFlags {
  fromFailed?: true;
  output: 'text' | 'json';
}

/** `armillary rerun RUN`: the same once more, as a new run. */
export function rerunCommand(): Command {
  const command = new Command('rerun')
    .description(
      'create a new run of the same Pipeline, with the same parameters and branch, and print its name',
    )
    .argument('<run>', 'name of the run to repeat', runName)
    .option('--from-failed', 'begin with the stages that failed; this version cannot yet')
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nOn Jenkins the new run replays the build: it has the script that the build had. On Tekton, and for a run that\n' +
        'never had a build, it has what the Pipeline says now.',
    )
    .action(rerun);
  for (const option of runOptions()) command.addOption(option);
  return command;
}

async function rerun(name: string, options: RerunOptions): Promise<void> {
  if (options.fromFailed) {
    throw new CommandError('usage', `version ${version} runs whole pipelines only: leave out --from-failed`);
  }
  // Loaded here, so that help and completion answer at once.
  const { withRun } = await import('../pipeline-run/with-run.ts');
  const { repeatOf } = await import('@armillary/pipelines');
  await withRun(name, options, async (run) => {
    const { metadata } = await run.runs.create(repeatOf(await run.get()));
    const { namespace } = run;
    if (options.output === 'json') printEvent({ name: metadata.name, namespace });
    else process.stdout.write(`${metadata.name ?? ''}\n`);
  });
}
