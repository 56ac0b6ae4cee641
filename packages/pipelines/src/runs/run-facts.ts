import { annotation } from '../kinds/metadata.ts';
import type { PipelineRun } from '../kinds/pipeline-run.ts';
import type { StageState } from '../engines/stage-state.ts';

/** Whether a run is over, however it ended. */
export function hasEnded(run: PipelineRun): boolean {
  return run.status?.completionTime !== undefined;
}

/** What a run says of itself for a person: its reason and message, else its phase. */
export function toldBy({ status }: PipelineRun): string {
  const told = status?.conditions?.find(({ type }) => type === 'Succeeded');
  const words = [told?.reason, told?.message].filter((each) => each !== undefined && each !== '');
  return words.length > 0 ? words.join(': ') : (status?.phase ?? 'no controller has looked at it yet');
}

/** The engine that took a run; undefined before one did. */
export function engineOf({ metadata, spec }: PipelineRun): string | undefined {
  const { annotations = {} } = metadata;
  // KubeSphere's own controller, which knows no engine but Jenkins, notes the number alone.
  const upstream =
    annotations[annotation.runId] !== undefined && annotations[annotation.runIdOwner] === undefined;
  return spec.pipelineSpec?.engine?.type ?? (upstream ? 'jenkins' : undefined);
}

/** The stages that a run tells of; none before it has some. What is no stage is left out. */
export function stagesOf({ metadata }: PipelineRun): StageState[] {
  let told: unknown;
  try {
    told = JSON.parse(metadata.annotations?.[annotation.stages] ?? '[]');
  } catch {
    // Anybody who may write the run may write this.
    return [];
  }
  return Array.isArray(told) ? told.filter(isStage) : [];
}

function isStage(value: unknown): value is StageState {
  if (typeof value !== 'object' || value === null) return false;
  const { name, state, pod, containers } = value as Record<string, unknown>;
  const areNames = (list: unknown): boolean =>
    Array.isArray(list) && list.every((each) => typeof each === 'string');
  return (
    typeof name === 'string' &&
    typeof state === 'string' &&
    (pod === undefined || typeof pod === 'string') &&
    (containers === undefined || areNames(containers))
  );
}
