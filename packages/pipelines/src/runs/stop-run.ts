import type { PipelineRun } from '../kinds/pipeline-run.ts';
import { RunError } from './run-error.ts';
import type { NamedRun } from './named-run.ts';
import { hasEnded, toldBy } from './run-facts.ts';

/**
 * Asks for a run to be stopped and resolves when it was. Throws RunError when it is over before, and after `timeoutMs`
 * milliseconds; it stays asked for then.
 */
export async function stopRun(run: NamedRun, timeoutMs: number): Promise<void> {
  const { name, namespace } = run;
  const signal = AbortSignal.timeout(timeoutMs);
  let last: PipelineRun | undefined;
  try {
    const before = await run.get(signal);
    if (hasEnded(before)) throw new RunError(`${name} is over already: ${toldBy(before)}`);
    last = await run.runs.patch(name, {
      type: 'merge',
      namespace,
      body: { spec: { action: 'Stop' } },
      signal,
    });
    for await (const state of run.states(signal)) {
      last = state;
      if (!hasEnded(state)) continue;
      if (state.status?.phase === 'Cancelled') return;
      throw new RunError(`${name} ended before it was stopped: ${toldBy(state)}`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    const asked =
      last === undefined
        ? 'the server has not answered yet'
        : `it is asked to stop and still ${toldBy(last)}`;
    throw new RunError(`${name} has not ended within ${timeoutMs / 1000} s: ${asked}`, {
      cause: error,
    });
  }
}
