import { Command, Option } from 'commander';
import { CommandError } from '../command-error.ts';
import { createLogger } from '../log.ts';
import { duration, logLevelOption, outputOption, parameter } from '../options.ts';
import { printEvent, say } from '../output.ts';
import { stopSignal } from '../stop-signal.ts';

interface RunOptions {
  p?: Record<string, string>;
  timeout: number;
  keep?: true;
  output: 'text' | 'json';
  logLevel: string;
}

/** `armillary run`: a Jenkinsfile or Tekton manifests once, here, with no server left behind. */
export function runCommand(): Command {
  return new Command('run')
    .description('run a Jenkinsfile or Tekton manifests once, on this machine; the exit code is the verdict')
    .argument('<files...>', 'Jenkinsfiles, or manifests (.yaml, .yml, .json)')
    .option('-p <name=value>', 'a parameter; may be repeated', parameter)
    .addOption(
      new Option('--timeout <duration>', 'stop the run after this time, such as 90s, 10m, 2h')
        .argParser(duration)
        .default(3_600_000, '1h'),
    )
    .option('--keep', 'keep the data folder of the run')
    .addOption(outputOption())
    .addOption(logLevelOption('error'))
    .action(run);
}

async function run(files: string[], options: RunOptions): Promise<void> {
  const interrupted = stopSignal();
  const timedOut = AbortSignal.timeout(options.timeout);
  const { readManifests } = await import('../run/manifests.ts');
  const manifests = await readManifests(files, options.p ?? {});
  // Loaded here, so that help, completion and a wrong command line answer at once.
  const { runOnce } = await import('../run/run-once.ts');
  const log = options.output === 'json' ? process.stderr : process.stdout;
  let finished: Awaited<ReturnType<typeof runOnce>>;
  try {
    finished = await runOnce({
      ...manifests,
      write: (step, line) => log.write(`[${step}] ${line}\n`),
      signal: AbortSignal.any([interrupted, timedOut]),
      logger: createLogger(options.logLevel, 'run'),
      ...(options.keep ? { kept: (folder: string) => say(`The data of the run is in ${folder}`) } : {}),
    });
  } catch (error) {
    // Both may come before the run has begun.
    throw interrupted.aborted ? wasInterrupted() : timedOut.aborted ? timeIsOver() : error;
  }
  if (options.output === 'json') for (const { run: object } of finished) printEvent(object);
  for (const { verdict } of finished) if (verdict) say(verdict.summary);
  if (interrupted.aborted) throw wasInterrupted();
  if (finished.some(({ verdict }) => verdict === undefined)) {
    throw timeIsOver();
  }
  if (!finished.every(({ verdict }) => verdict?.succeeded)) process.exitCode = 1;
}

function wasInterrupted(): CommandError {
  return new CommandError('failure', 'interrupted: the run was stopped');
}

function timeIsOver(): CommandError {
  return new CommandError('failure', 'the run took longer than --timeout and was stopped');
}
