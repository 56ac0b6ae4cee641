import type { PipelineRun } from '../kinds/pipeline-run.ts';
import { RunError } from '../runs/run-error.ts';
import type { NamedRun } from '../runs/named-run.ts';
import { hasEnded, toldBy } from '../runs/run-facts.ts';

/** Why nothing can be shown of a run or of its stage, which is `over` or has yet to start, and what to do about it. */
export function noLog(run: PipelineRun, over: boolean, stage?: string): RunError {
  const what = stage === undefined ? `the run ${run.metadata.name ?? ''}` : `the stage "${stage}"`;
  const why = over ? 'has no log' : 'has not started yet, which -f waits for';
  return new RunError(`${what} ${why}. The run says: ${toldBy(run)}`);
}

/** What `look` finds in a run, as soon as it does when it is followed. Throws {@link noLog} when it will not. */
export async function foundIn<T>(
  run: NamedRun,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
  look: (state: PipelineRun) => T | undefined,
): Promise<T> {
  for await (const state of run.states(signal)) {
    const found = look(state);
    if (found !== undefined) return found;
    const over = hasEnded(state);
    if (!follow || over) throw noLog(state, over);
  }
  throw new Error('a run is told of until it is gone');
}
