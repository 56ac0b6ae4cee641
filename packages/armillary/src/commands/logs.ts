import { Command } from 'commander';
import { connectJenkins, jenkinsServerOptions, type JenkinsServerFlags } from '../jenkins-flags.ts';
import { outputOption } from '../options.ts';
import { runName, runOptions, type RunFlags } from '../run-flags.ts';

interface LogsOptions extends RunFlags, JenkinsServerFlags {
  follow?: true;
  stage?: string;
  output: 'text' | 'json';
}

/** `armillary logs RUN`: the log of a run, whichever engine it runs on. */
export function logsCommand(): Command {
  const command = new Command('logs')
    .description("print the log of a run; on Tekton every stage's, on Jenkins the build's")
    .argument('<run>', 'name of the run', runName)
    .option('-f, --follow', 'wait for the run to start, and go on until it has ended')
    .option('--stage <name>', 'only the log of this stage')
    .addOption(outputOption())
    .addHelpText('after', '\nExits with 0 when the log was printed, however the run ended.')
    .action(logs);
  for (const option of [...runOptions(), ...jenkinsServerOptions()]) command.addOption(option);
  return command;
}

async function logs(name: string, options: LogsOptions): Promise<void> {
  // Loaded here, so that help and completion answer at once.
  const { withRun } = await import('../pipeline-run/with-run.ts');
  const { needJenkins } = await import('../pipeline-run/need-jenkins.ts');
  const { LogOutput, printRunLog } = await import('@armillary/pipelines');
  const jenkins = await connectJenkins(options);
  const output = new LogOutput(process.stdout, options.output === 'json');
  const { stage, follow = false } = options;
  try {
    await withRun(name, options, (run) =>
      printRunLog(run, (state) => needJenkins(jenkins, state), {
        stage,
        follow,
        output,
        signal: output.signal,
      }),
    );
  } catch (error) {
    if (output.readerGone) return;
    // What the log was waiting for when it could not be written any more says less than that.
    throw output.signal.aborted ? output.signal.reason : error;
  } finally {
    await jenkins?.close();
  }
}
