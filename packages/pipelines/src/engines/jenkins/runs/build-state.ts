import type { BuildState } from '@armillary/jenkins-client';
import type { RunState } from '../../run-state.ts';
import type { StageState } from '../../stage-state.ts';

/** What is told of a build beside what Jenkins says of it. */
export interface BuildContext {
  /** Whether the run was asked to stop. */
  readonly stopped: boolean;
  /** Where people find the build. */
  readonly address: string;
}

/**
 * A build in the words of KubeSphere's PipelineRun, after its own mapping: a paused build is `Pending`, an unstable one
 * `Failed`, one that was not built `Unknown`. An aborted build is `Cancelled` when the run was asked to stop, else
 * `Failed`, because a time limit aborts as well as a person does.
 */
export function runStateOf(
  build: BuildState,
  stages: readonly StageState[],
  { stopped, address }: BuildContext,
): RunState {
  const startTime = timeOf(build.startedAt);
  if (build.building) {
    const paused = stages.find(({ state }) => state === 'Paused');
    if (paused !== undefined || build.waitingForInput)
      return { phase: 'Pending', reason: 'Paused', message: pausedMessage(paused, address), startTime };
    const message = stopped ? 'Stopping the build.' : runningMessage(stages, address);
    return { phase: 'Running', reason: stopped ? 'Stopping' : 'Running', message, startTime };
  }
  const times = { startTime, completionTime: timeOf(build.startedAt + build.durationMs) };
  switch (build.result) {
    case 'SUCCESS':
      return {
        phase: 'Succeeded',
        reason: 'Succeeded',
        message: `Build #${build.number} succeeded.`,
        ...times,
      };
    case 'UNSTABLE':
      return {
        phase: 'Failed',
        reason: 'Unstable',
        message: `The build is unstable. ${see(address)}`,
        ...times,
      };
    case 'ABORTED':
      return stopped
        ? { phase: 'Cancelled', reason: 'Cancelled', message: 'The run was stopped.', ...times }
        : { phase: 'Failed', reason: 'Aborted', message: `The build was aborted. ${see(address)}`, ...times };
    case 'FAILURE':
      return { phase: 'Failed', reason: 'Failed', message: failureMessage(stages, address), ...times };
    case 'NOT_BUILT':
      return {
        phase: 'Unknown',
        reason: 'NotBuilt',
        message: `Jenkins did not build it. ${see(address)}`,
        ...times,
      };
    default:
      return {
        phase: 'Unknown',
        reason: 'NoResult',
        message: `Jenkins names no result. ${see(address)}`,
        ...times,
      };
  }
}

/** A time of Jenkins as Kubernetes writes it: RFC 3339, whole seconds. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

function see(address: string): string {
  return `Its log: ${address}console`;
}

function runningMessage(stages: readonly StageState[], address: string): string {
  const running = stages.filter(({ state }) => state === 'Running').map(({ name }) => `"${name}"`);
  return running.length === 0
    ? `The build is running. ${see(address)}`
    : `Running: ${running.slice(0, 5).join(', ')}. ${see(address)}`;
}

function pausedMessage(paused: StageState | undefined, address: string): string {
  if (paused?.input === undefined) return `The build waits for input. Answer it at ${address}input`;
  const { id, message } = paused.input;
  return `Stage "${paused.name}" asks: ${message} (input ${id}). Answer it at ${address}input`;
}

function failureMessage(stages: readonly StageState[], address: string): string {
  // A stage fails with what is in it: the one that says why is the one to look at.
  const all = stages.filter(({ state, failure }) => state === 'Failed' && failure !== 'unstable');
  const failed = all.find(({ failure }) => failure !== undefined) ?? all[0];
  if (failed === undefined) return `The build failed. ${see(address)}`;
  const why = failed.failure === undefined ? '.' : `: ${failed.failure}.`;
  return `Stage "${failed.name}" failed${why} ${see(address)}`;
}
