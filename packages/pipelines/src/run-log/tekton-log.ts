import type { PipelineRun } from '../kinds/pipeline-run.ts';
import type { StageState } from '../engines/stage-state.ts';
import { RunError } from '../runs/run-error.ts';
import type { NamedRun } from '../runs/named-run.ts';
import { hasEnded, stagesOf } from '../runs/run-facts.ts';
import { noLog } from './no-log.ts';
import type { RunLogOptions } from './run-log-options.ts';
import { selectStages } from './select-stages.ts';
import { StageLog } from './stage-log.ts';

/**
 * Prints the logs of a run on Tekton: stages that have ended one after another in their order, those that run at the
 * same time by whole lines as they come; then how the run ended, in the words of Jenkins, as KubeSphere's console
 * expects of a whole log. Throws RunError when there is nothing to show, or not all of it is left.
 */
export async function printTektonLog(run: NamedRun, options: RunLogOptions): Promise<void> {
  const { stage, follow, output } = options;
  const trouble = new AbortController();
  const signal = AbortSignal.any([options.signal, trouble.signal]);
  const logs = new Map<string, StageLog>();
  for await (const state of run.states(signal)) {
    const stages = selectStages(state, stagesOf(state), stage);
    for (const each of stages) {
      const { pod } = each;
      if (pod === undefined || each.state === 'Pending') continue;
      let log = logs.get(pod);
      if (log === undefined) {
        log = new StageLog(run, { ...each, pod }, { ...options, signal });
        logs.set(pod, log);
        // Whoever waits meanwhile for the run's next state learns of it, too.
        log.printed.catch((error: unknown) => trouble.abort(error));
      }
      log.over = isOver(each);
      // What follows a stage is printed after it, however slow its log is.
      if (log.over || !follow) await log.printed;
    }
    const ended = hasEnded(state);
    const over = ended || (stage !== undefined && stages.length > 0 && stages.every(isOver));
    if (follow && !over) continue;
    if (logs.size === 0) throw noLog(state, over, stage);
    await finish(logs);
    if (ended && stage === undefined) await output.lines({}, [Buffer.from(finishedLine(state))]);
    return;
  }
}

async function finish(logs: ReadonlyMap<string, StageLog>): Promise<void> {
  const gone: string[] = [];
  for (const [pod, log] of logs) {
    log.over = true;
    if (!(await log.printed)) gone.push(pod);
  }
  if (gone.length > 0) throw new RunError(`the log is not whole: these pods are gone: ${gone.join(', ')}`);
}

function isOver({ state }: StageState): boolean {
  return state !== 'Pending' && state !== 'Running' && state !== 'Paused';
}

function finishedLine({ status }: PipelineRun): string {
  const results: Record<string, string> = { Succeeded: 'SUCCESS', Cancelled: 'ABORTED' };
  return `Finished: ${results[status?.phase ?? ''] ?? 'FAILURE'}`;
}
