import { formatDuration } from '../duration.ts';
import type { PipelineScheduler } from './scheduler.ts';

/** The Succeeded condition of a PipelineRun; `Unknown` while it runs. */
export interface Verdict {
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

/** How many tasks stand how; `invalid` holds a message per task whose results could not be had. */
export interface Tally {
  succeeded: number;
  failed: number;
  /** Failed with onError continue. */
  ignored: number;
  cancelled: number;
  skipped: number;
  invalid: string[];
  incomplete: number;
}

/** Works out the condition as Tekton does; `forced` when the run ends whatever its tasks do. */
export function verdictOf(
  scheduler: PipelineScheduler,
  forced?: 'pending' | 'cancelled' | 'timedOut',
): Verdict {
  const { name, timeouts } = scheduler.facts;
  if (forced === 'pending') {
    return { status: 'Unknown', reason: 'PipelineRunPending', message: `PipelineRun "${name}" is pending` };
  }
  if (forced === 'cancelled') return cancelled(name);
  if (forced === 'timedOut') {
    const limit = formatDuration(timeouts.pipeline ?? 0);
    return {
      status: 'False',
      reason: 'PipelineRunTimeout',
      message: `PipelineRun "${name}" failed to finish within "${limit}"`,
    };
  }
  const tally = scheduler.tally();
  if (scheduler.tasksTimedOut) return tasksTimedOut(scheduler, tally);
  return tally.incomplete === 0 ? ended(scheduler, tally) : running(scheduler, tally);
}

function cancelled(name: string): Verdict {
  return { status: 'False', reason: 'Cancelled', message: `PipelineRun "${name}" was cancelled` };
}

function tasksTimedOut(scheduler: PipelineScheduler, tally: Tally): Verdict {
  const limit = formatDuration(scheduler.facts.timeouts.tasks ?? 0);
  const message = `PipelineRun "${scheduler.facts.name}" failed due to tasks failed to finish within "${limit}"`;
  return tally.incomplete === 0
    ? { status: 'False', reason: 'PipelineRunTimeout', message }
    : { status: 'Unknown', reason: 'PipelineRunTimeoutRunningFinally', message };
}

function ended(scheduler: PipelineScheduler, tally: Tally): Verdict {
  const message = closingMessage(tally);
  if (tally.invalid.length > 0) {
    return {
      status: 'False',
      reason: 'PipelineValidationFailed',
      message: `${message}, Failed Validation: ${tally.invalid.length} (${tally.invalid.join('; ')})`,
    };
  }
  if (tally.failed > 0) return { status: 'False', reason: 'Failed', message };
  const { requested } = scheduler;
  if (requested === 'CancelledRunFinally' || requested === 'StoppedRunFinally')
    return cancelled(scheduler.facts.name);
  if (tally.cancelled > 0) return { status: 'False', reason: 'Cancelled', message };
  return { status: 'True', reason: tally.skipped > 0 ? 'Completed' : 'Succeeded', message };
}

function running(scheduler: PipelineScheduler, tally: Tally): Verdict {
  return { status: 'Unknown', reason: runningReason(scheduler, tally), message: closingMessage(tally) };
}

function runningReason(scheduler: PipelineScheduler, tally: Tally): string {
  if (scheduler.requested === 'CancelledRunFinally') return 'CancelledRunningFinally';
  if (scheduler.requested === 'StoppedRunFinally') return 'StoppedRunningFinally';
  const hasFinals = scheduler.plan.tasks.length > scheduler.plan.dagSize;
  return tally.cancelled > 0 || (tally.failed > 0 && !hasFinals) ? 'PipelineRunStopping' : 'Running';
}

/** `Tasks Completed: n (Failed: x (Ignored: y), Cancelled z), Incomplete: i, Skipped: s`. */
function closingMessage(tally: Tally): string {
  const { succeeded, failed, ignored, cancelled: stopped, incomplete, skipped } = tally;
  const failures = `Failed: ${failed + ignored}${ignored > 0 ? ` (Ignored: ${ignored})` : ''}`;
  const completed = succeeded + failed + ignored + stopped;
  const open = incomplete > 0 ? `, Incomplete: ${incomplete}` : '';
  return `Tasks Completed: ${completed} (${failures}, Cancelled ${stopped})${open}, Skipped: ${skipped}`;
}
