import type { RunPhase } from '../kinds/pipeline-run.ts';

/** How a run stands, in the words of KubeSphere's PipelineRun, without the times at which that was looked at. */
export interface RunState {
  readonly phase: RunPhase;
  readonly reason: string;
  readonly message: string;
  readonly startTime?: string;
  readonly completionTime?: string;
}

/** Whether a run in this phase has ended; `Unknown` when the engine does not say how. */
export function isFinal(phase: RunPhase): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Cancelled' || phase === 'Unknown';
}
