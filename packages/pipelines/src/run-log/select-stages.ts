import type { PipelineRun } from '../kinds/pipeline-run.ts';
import { RunError } from '../runs/run-error.ts';
import { hasEnded } from '../runs/run-facts.ts';

/**
 * The stages of a name, of which there may be several; all without one. A stage may still appear while the run goes
 * on; throws RunError that names the others once it cannot.
 */
export function selectStages<S extends { readonly name: string }>(
  run: PipelineRun,
  stages: readonly S[],
  name: string | undefined,
): readonly S[] {
  if (name === undefined) return stages;
  const found = stages.filter((stage) => stage.name === name);
  if (found.length > 0 || !hasEnded(run) || stages.length === 0) return found;
  const names = [...new Set(stages.map((stage) => stage.name))].join(', ');
  throw new RunError(`the run has no stage "${name}"; it has: ${names}`);
}
