import type { PipelineTask } from '../api/pipeline.ts';
import { pipelineTaskFields, taskFields } from '../substitution/fields.ts';
import { copyReplacements, noReplacements, type Replacements } from '../substitution/replacements.ts';
import { substitute } from '../substitution/substitute.ts';
import { type Child, cancelledByRun, timedOutWithRun } from './child.ts';
import { statusReplacements } from './final-status.ts';
import type { PipelinePlan, PlannedTask } from './plan.ts';
import { embeddedResults, resolveResult } from './result-values.ts';
import { type SkipReason, skipReason } from './skip.ts';
import type { RunTimeouts } from './timeouts.ts';
import { type Tally, type Verdict, verdictOf } from './verdict.ts';
import { allows } from './when.ts';

/** What the scheduler must know of the run beside its graph. */
export interface RunFacts {
  name: string;
  namespace: string;
  timeouts: RunTimeouts;
  /** When the run started, milliseconds since the epoch. */
  startedAt: number;
  /** When the finally tasks started, if they have. */
  finallyStartedAt?: number;
}

/** What has to be done now, and how the run stands after it. */
export interface Decision {
  /** Tasks to start, in the order of the spec. */
  create: PlannedTask[];
  /** TaskRuns to cancel, with the message for `spec.statusMessage`. */
  cancel: { name: string; message: string }[];
  verdict: Verdict;
  /** When to look again although nothing changed: the next timeout, milliseconds since the epoch. */
  nextDeadline?: number;
}

/** The state of one task; `base` is the reason to skip it that its own place in the graph gives. */
export interface TaskState {
  planned: PlannedTask;
  child?: Child;
  started: boolean;
  base?: SkipReason;
  invalid?: string;
}

/**
 * Decides which tasks of a pipeline run, are skipped or cancelled, and how the run ends. It keeps its state between
 * calls, so that the work per change is that of the changed task's neighbours, and the whole run's is linear in the
 * graph. A scheduler made anew and told of the same children comes to the same decisions, which is how a restarted
 * controller goes on.
 */
export class PipelineScheduler {
  readonly plan: PipelinePlan;
  readonly facts: RunFacts;
  readonly states: TaskState[];
  /** `spec.status` of the run. */
  requested: string | undefined;
  /** Set when a result reference cannot be resolved at all: ends the run at once. */
  fatal: Verdict | undefined;
  tasksTimedOut = false;
  readonly #waitsFor: number[];
  #ready: PlannedTask[];
  #finalsDecided = false;
  #cancelled = new Set<string>();
  #running = new Set<TaskState>();
  #counts = { succeeded: 0, failed: 0, ignored: 0, cancelled: 0, skipped: 0, finalSkipped: 0 };
  #startedDag = 0;
  #settledDag = 0;
  readonly #invalid: string[] = [];
  #runningDag = 0;
  #finalStatus: Replacements | undefined;
  #stops = 0;

  constructor(plan: PipelinePlan, facts: RunFacts) {
    this.plan = plan;
    this.facts = facts;
    this.states = plan.tasks.map((planned) => ({ planned, started: false }));
    this.#waitsFor = plan.tasks.map((planned) => planned.parents.length);
    this.#ready = plan.tasks.filter((planned) => !planned.final && planned.parents.length === 0);
  }

  /** Takes note of a TaskRun's state; saying the same again changes nothing. */
  observe(child: Child & { timedOut?: boolean }): void {
    const planned = this.plan.byName.get(child.task);
    if (planned === undefined) return;
    const state = this.#state(planned);
    const was = state.child?.state;
    if (was !== undefined && was !== 'running') return;
    state.child = child;
    if (!state.started) this.#start(state);
    if (planned.final) this.#finalsDecided = true;
    if (child.state === 'running') return;
    this.#running.delete(state);
    const continues = planned.task.onError === 'continue';
    if (child.state === 'succeeded') this.#counts.succeeded++;
    else if (child.state === 'cancelled') this.#counts.cancelled++;
    else if (continues) this.#counts.ignored++;
    else this.#counts.failed++;
    if (planned.final) return;
    this.#runningDag--;
    if (child.state !== 'succeeded' && !continues) this.#stops++;
    if (child.timedOut === true && this.facts.timeouts.tasks !== undefined) this.tasksTimedOut = true;
    this.#settle(planned);
  }

  /**
   * Decides what happens now. The tasks it says to create count as started from here on.
   * @param now milliseconds since the epoch
   */
  advance(now: number): Decision {
    const create: PlannedTask[] = [];
    const { startedAt, timeouts } = this.facts;
    const timedOut = timeouts.pipeline !== undefined && now - startedAt >= timeouts.pipeline;
    if (this.requested === 'Cancelled' || timedOut) {
      const cancel = this.#cancelRunning(() => true, timedOut ? timedOutWithRun : cancelledByRun);
      return { create, cancel, verdict: verdictOf(this, timedOut ? 'timedOut' : 'cancelled') };
    }
    if (this.requested === 'PipelineRunPending' && this.#startedDag === 0) {
      return { create, cancel: [], verdict: verdictOf(this, 'pending') };
    }
    const cancel = this.#cancelForTasks(now);
    if (!this.isStopping && !this.#isGraceful && !this.tasksTimedOut) this.#drain(create);
    if (this.dagDone && !this.#finalsDecided) this.#startFinals(create, now);
    cancel.push(...this.#cancelForFinally(now));
    create.sort((a, b) => a.index - b.index);
    const nextDeadline = this.#nextDeadline(now);
    return {
      create,
      cancel,
      verdict: this.fatal ?? verdictOf(this),
      ...(nextDeadline !== undefined && { nextDeadline }),
    };
  }

  /** True once a task failed or was cancelled: nothing new starts, except finally tasks. */
  get isStopping(): boolean {
    return this.#stops > 0 || this.#invalid.length > 0;
  }

  /** Every task outside finally has ended or will not run. */
  get dagDone(): boolean {
    if (this.isStopping || this.#isGraceful || this.tasksTimedOut) {
      return this.#runningDag === 0;
    }
    return this.#settledDag === this.plan.dagSize;
  }

  /** How many tasks ended in which way. */
  tally(): Tally {
    const { succeeded, failed, ignored, cancelled, finalSkipped } = this.#counts;
    const overlaid = this.#overlay() !== undefined;
    const skipped =
      finalSkipped +
      (overlaid ? this.plan.dagSize - this.#startedDag - this.#invalid.length : this.#counts.skipped);
    const done = succeeded + failed + ignored + cancelled + skipped + this.#invalid.length;
    return {
      succeeded,
      failed,
      ignored,
      cancelled,
      skipped,
      invalid: this.#invalid,
      incomplete: this.states.length - done,
    };
  }

  /** Why a task will not run; `undefined` when it runs, ran or may still run. */
  skipReasonOf(state: TaskState): SkipReason | undefined {
    if (state.started || state.invalid !== undefined) return undefined;
    if (state.planned.final) return state.base;
    const overlay = this.#overlay();
    return overlay === skipReason.tasksTimeout ? (state.base ?? overlay) : (overlay ?? state.base);
  }

  /**
   * A task with all known results, and for finally tasks the states of the others, put in place of variables.
   * @param extent `resultsOnly` leaves the states out, as `childReferences` does
   */
  resolve(planned: PlannedTask, extent?: 'resultsOnly'): PipelineTask {
    const withStates = planned.final && extent === undefined;
    const values = withStates ? copyReplacements(this.#statuses()) : noReplacements();
    for (const ref of planned.resultRefs) resolveResult(ref, this.#resultOf(ref.task, ref.result), values);
    const task = substitute(planned.task, pipelineTaskFields, values);
    if (task.taskSpec === undefined || (planned.embeddedRefs.length === 0 && !planned.final)) return task;
    const inside = embeddedResults(planned.embeddedRefs, (ref) => this.#resultOf(ref.task, ref.result));
    return { ...task, taskSpec: substitute(task.taskSpec, taskFields, inside) };
  }

  /** Asked for once the other tasks are done, so it does not change any more. */
  #statuses(): Replacements {
    if (!this.dagDone) return noReplacements();
    return (this.#finalStatus ??= statusReplacements(this));
  }

  #overlay(): SkipReason | undefined {
    if (this.isStopping) return skipReason.stopping;
    if (this.requested === 'CancelledRunFinally') return skipReason.gracefullyCancelled;
    if (this.requested === 'StoppedRunFinally') return skipReason.gracefullyStopped;
    return this.tasksTimedOut ? skipReason.tasksTimeout : undefined;
  }

  get #isGraceful(): boolean {
    return this.requested === 'CancelledRunFinally' || this.requested === 'StoppedRunFinally';
  }

  #state(planned: PlannedTask): TaskState {
    const state = this.states[planned.index];
    if (state === undefined) throw new Error(`task ${planned.name} is not of this plan`);
    return state;
  }

  #start(state: TaskState): void {
    state.started = true;
    this.#running.add(state);
    if (state.planned.final) return;
    this.#startedDag++;
    this.#runningDag++;
  }

  #settle(planned: PlannedTask): void {
    this.#settledDag++;
    for (const child of planned.children) {
      const left = (this.#waitsFor[child.index] ?? 0) - 1;
      this.#waitsFor[child.index] = left;
      if (left === 0) this.#ready.push(child);
    }
  }

  /** Decides every task whose parents are done; skipping one may make others ready. */
  #drain(create: PlannedTask[]): void {
    // The list grows while it is walked.
    for (const planned of this.#ready) {
      const state = this.#state(planned);
      if (state.started || state.base !== undefined || state.invalid !== undefined) continue;
      if (planned.parents.some((parent) => isSkippedForGood(this.#state(parent)))) {
        this.#skip(state, skipReason.parent);
        continue;
      }
      if (!this.#resultsAreThere(state)) continue;
      if (allows(this.resolve(planned).when)) {
        this.#start(state);
        create.push(planned);
      } else {
        this.#skip(state, skipReason.when);
      }
    }
    this.#ready = [];
  }

  #skip(state: TaskState, reason: SkipReason): void {
    state.base = reason;
    if (state.planned.final) {
      this.#counts.finalSkipped++;
      return;
    }
    this.#counts.skipped++;
    this.#settle(state.planned);
  }

  /** Skips or invalidates a task whose results cannot be had. */
  #resultsAreThere(state: TaskState): boolean {
    const { planned } = state;
    for (const ref of planned.resultRefs) {
      const producer = this.plan.byName.get(ref.task);
      const resolved = resolveResult(ref, this.#resultOf(ref.task, ref.result), noReplacements());
      if (resolved.kind === 'value') continue;
      if (resolved.kind === 'outOfBounds' && !planned.final) {
        this.fatal = outOfBounds(this.facts, ref.index ?? 0, ref.task, ref.result, resolved.size);
        return false;
      }
      const skipped = producer !== undefined && !this.#state(producer).started;
      if (planned.final || skipped || planned.task.onError === 'continue') {
        this.#skip(state, skipReason.missingResults);
        return false;
      }
      state.invalid =
        `task "${ref.task}" completed successfully but did not emit the result "${ref.result}",` +
        ` which is referenced by task "${planned.name}"`;
      this.#invalid.push(state.invalid);
      return false;
    }
    return true;
  }

  #startFinals(create: PlannedTask[], now: number): void {
    this.#finalsDecided = true;
    this.facts.finallyStartedAt ??= now;
    for (const planned of this.plan.tasks.slice(this.plan.dagSize)) {
      const state = this.#state(planned);
      if (state.started || !this.#resultsAreThere(state)) continue;
      if (allows(this.resolve(planned).when)) {
        this.#start(state);
        create.push(planned);
      } else {
        this.#skip(state, skipReason.when);
      }
    }
  }

  #resultOf(task: string, result: string) {
    const planned = this.plan.byName.get(task);
    return planned === undefined ? undefined : this.#state(planned).child?.results.get(result);
  }

  #cancelForTasks(now: number): Decision['cancel'] {
    const dag = (state: TaskState) => !state.planned.final;
    if (this.requested === 'CancelledRunFinally') return this.#cancelRunning(dag, cancelledByRun);
    const { tasks } = this.facts.timeouts;
    const isOver = tasks !== undefined && now - this.facts.startedAt >= tasks;
    if (!isOver || this.dagDone) return [];
    this.tasksTimedOut = true;
    return this.#cancelRunning(dag, timedOutWithRun);
  }

  #cancelForFinally(now: number): Decision['cancel'] {
    const { finallyStartedAt, timeouts } = this.facts;
    if (finallyStartedAt === undefined || timeouts.finally === undefined) return [];
    if (now - finallyStartedAt < timeouts.finally) return [];
    return this.#cancelRunning((state) => state.planned.final, timedOutWithRun);
  }

  #cancelRunning(which: (state: TaskState) => boolean, message: string): Decision['cancel'] {
    const names = [...this.#running].flatMap((state) => (which(state) ? (state.child?.name ?? []) : []));
    const fresh = names.filter((name) => !this.#cancelled.has(name));
    for (const name of fresh) this.#cancelled.add(name);
    return fresh.map((name) => ({ name, message }));
  }

  #nextDeadline(now: number): number | undefined {
    const { startedAt, finallyStartedAt, timeouts } = this.facts;
    const deadlines = [timeouts.pipeline, timeouts.tasks].flatMap((ms) =>
      ms === undefined ? [] : startedAt + ms,
    );
    if (finallyStartedAt !== undefined && timeouts.finally !== undefined) {
      deadlines.push(finallyStartedAt + timeouts.finally);
    }
    const ahead = deadlines.filter((deadline) => deadline > now);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }
}

/** A task skipped by its own condition does not take its dependents with it; any other skip does. */
function isSkippedForGood(state: TaskState): boolean {
  return state.base !== undefined && state.base !== skipReason.when;
}

function outOfBounds(facts: RunFacts, index: number, task: string, result: string, size: number): Verdict {
  return {
    status: 'False',
    reason: 'PipelineValidationFailed',
    message:
      `[User error] PipelineRun ${facts.namespace}/${facts.name} can't be Run; couldn't resolve all references: ` +
      `array Result Index ${index} for Task ${task} Result ${result} is out of bound of size ${size}`,
  };
}
