import {
  type ControllerDefinition,
  controllerOf,
  type EventRecorder,
  type Informer,
  hasCode,
  isAlreadyExists,
  isNotFound,
  type KubeClient,
  type ReconcileContext,
  type ReconcileResult,
} from '@armillary/kube';
import {
  cancelledByRun,
  childOf,
  label,
  pipelineLabel,
  type PipelineRun,
  pipelineRunKind,
  PipelineScheduler,
  planPipeline,
  runTimeouts,
  type TaskRun,
  taskRunFor,
  taskRunKind,
  timedOutWithRun,
} from '@armillary/tekton';
import { isDone } from './condition.ts';
import { isOurs } from './ownership.ts';
import { OwnWrites } from './own-writes.ts';
import { pipelineNameOf, PipelineRefusedError, preparePipelineRun } from './pipeline-run-preparation.ts';
import { pendingStatus, refusedStatus, runStatus } from './pipeline-run-status.ts';
import { writeStatus } from './write-status.ts';

/** What the controller works with. */
export interface PipelineRunControllerOptions {
  client: KubeClient;
  pipelineRuns: Informer<PipelineRun>;
  taskRuns: Informer<TaskRun>;
  events: EventRecorder;
  takesUnmanaged: boolean;
}

/**
 * How long the status of a run that goes on stays as it is, milliseconds, and how much longer for each task: a status
 * names all tasks, so that writing it at each of their ends would be work in the square of their number.
 */
const pace = { baseMs: 100, perTaskMs: 4 };

/** The index of TaskRuns by the uid of the PipelineRun that controls them. */
const byPipelineRun = 'pipelineRun';

/** Brings PipelineRuns to their end: TaskRuns in the order of the graph, the outcome in the status. */
export function pipelineRunController(
  options: PipelineRunControllerOptions,
): ControllerDefinition<PipelineRun> {
  const { pipelineRuns, taskRuns, takesUnmanaged } = options;
  // Kept between reconciles, so that the work of a run is linear in its graph; made anew after a restart.
  const schedulers = new Map<string, PipelineScheduler>();
  const writes = new OwnWrites<PipelineRun>();
  const writtenAt = new Map<string, number>();
  taskRuns.addIndex(byPipelineRun, (run) => {
    const owner = controllerOf(run);
    return owner?.kind === pipelineRunKind.kind ? [owner.uid] : [];
  });
  pipelineRuns.onEvent({
    deleted: ({ metadata }) => {
      schedulers.delete(metadata.uid ?? '');
      writes.forget(metadata.uid ?? '');
      writtenAt.delete(metadata.uid ?? '');
    },
  });
  return {
    name: 'tekton-pipeline-runs',
    for: pipelineRunKind,
    owns: [taskRunKind],
    workers: 4,
    async reconcile({ name, namespace }, context) {
      const cached = pipelineRuns.get(name, namespace);
      const run = cached && writes.newest(cached);
      if (
        run === undefined ||
        run.metadata.deletionTimestamp !== undefined ||
        !isOurs(run.spec, takesUnmanaged)
      )
        return;
      const uid = run.metadata.uid ?? '';
      if (isDone(run.status?.conditions)) {
        schedulers.delete(uid);
        writtenAt.delete(uid);
        return;
      }
      try {
        return await reconcile({ ...options, schedulers, writes, writtenAt }, run, context);
      } catch (error) {
        // What was decided may not have happened; the next attempt looks at what is there.
        schedulers.delete(uid);
        throw error;
      }
    },
  };
}

interface Tools extends PipelineRunControllerOptions {
  schedulers: Map<string, PipelineScheduler>;
  writes: OwnWrites<PipelineRun>;
  /** When the status of a run was last written, by UID. */
  writtenAt: Map<string, number>;
}

async function reconcile(
  options: Tools,
  run: PipelineRun,
  { signal }: ReconcileContext,
): Promise<ReconcileResult | void> {
  const now = Date.now();
  const uid = run.metadata.uid ?? '';
  const { schedulers } = options;
  let scheduler = schedulers.get(uid);
  if (scheduler === undefined) {
    if (run.spec.status === 'PipelineRunPending' && run.status?.startTime === undefined) {
      return writeStatus(options, pipelineRunKind, run, pendingStatus(run, now), signal);
    }
    try {
      scheduler = await schedulerFor(options, run, now, signal);
    } catch (error) {
      if (!(error instanceof PipelineRefusedError)) throw error;
      return writeStatus(options, pipelineRunKind, run, refusedStatus(run, error.refusal, now), signal);
    }
    schedulers.set(uid, scheduler);
  }
  await observeAll(options, scheduler, uid, run, signal);
  if (run.status?.startTime === undefined) return startRun(options, scheduler, run, now, signal);
  return advance(options, scheduler, run, now, signal);
}

/** Gives a run the label that tools look for, before its first tasks are made. */
async function startRun(
  options: Tools,
  scheduler: PipelineScheduler,
  run: PipelineRun,
  now: number,
  signal: AbortSignal,
): Promise<ReconcileResult | void> {
  const { name = '', namespace, labels } = run.metadata;
  const pipeline = pipelineLabel(run, pipelineNameOf(run));
  if (labels?.[label.pipeline] === pipeline) return advance(options, scheduler, run, now, signal);
  const labelled = await options.client.resource(pipelineRunKind).patch(name, {
    namespace,
    type: 'merge',
    body: { metadata: { labels: { [label.pipeline]: pipeline } } },
    signal,
  });
  options.writes.note(run, labelled);
  return advance(options, scheduler, labelled, now, signal);
}

async function advance(
  options: Tools,
  scheduler: PipelineScheduler,
  run: PipelineRun,
  now: number,
  signal: AbortSignal,
): Promise<ReconcileResult | void> {
  scheduler.requested = run.spec.status;
  const decision = scheduler.advance(now);
  await Promise.all(
    decision.cancel.map(({ name, message }) => cancelTaskRun(options, run, name, message, signal)),
  );
  try {
    for (const planned of decision.create) {
      const place = { run, pipelineName: pipelineNameOf(run), final: planned.final };
      const created = await createTaskRun(
        options,
        taskRunFor(scheduler.resolve(planned), place),
        run,
        signal,
      );
      scheduler.observe(observed(created));
    }
  } catch (error) {
    if (!(error instanceof PipelineRefusedError)) throw error;
    await endChildren(options, scheduler, run, signal);
    return writeStatus(options, pipelineRunKind, run, refusedStatus(run, error.refusal, now), signal);
  }
  const goesOn = decision.verdict.status === 'Unknown';
  const early = goesOn && run.status?.startTime !== undefined ? earlyByMs(options, scheduler, run, now) : 0;
  if (early <= 0) {
    await writeStatus(
      options,
      pipelineRunKind,
      run,
      runStatus(run, scheduler, decision.verdict, now),
      signal,
    );
    options.writtenAt.set(run.metadata.uid ?? '', now);
  }
  if (!goesOn) return undefined;
  const waits = [decision.nextDeadline && decision.nextDeadline - now, early > 0 ? early : undefined];
  const wait = Math.min(...waits.filter((ms) => ms !== undefined));
  return Number.isFinite(wait) ? { requeueAfterMs: Math.max(0, wait) } : undefined;
}

/** How long to wait before the status of a run that goes on is written again. */
function earlyByMs(
  { writtenAt }: Tools,
  { states }: PipelineScheduler,
  { metadata }: PipelineRun,
  now: number,
): number {
  const last = writtenAt.get(metadata.uid ?? '') ?? 0;
  return last + pace.baseMs + pace.perTaskMs * states.length - now;
}

/** A scheduler for a run that starts, or that an earlier life of this process started. */
async function schedulerFor(
  { client, events }: PipelineRunControllerOptions,
  run: PipelineRun,
  now: number,
  signal: AbortSignal,
): Promise<PipelineScheduler> {
  const { status = {} } = run;
  const isNew = status.startTime === undefined;
  const spec = status.pipelineSpec ?? (await preparePipelineRun(client, run, signal));
  if (isNew) events.event(run, 'Normal', 'Started', 'the PipelineRun has started');
  return new PipelineScheduler(planPipeline(spec), {
    name: run.metadata.name ?? '',
    namespace: run.metadata.namespace ?? '',
    timeouts: runTimeouts(run.spec),
    startedAt: status.startTime === undefined ? now : Date.parse(status.startTime),
    ...(status.finallyStartTime !== undefined && { finallyStartedAt: Date.parse(status.finallyStartTime) }),
  });
}

/** Tells the scheduler of all children; one that ran and is nowhere any more has failed. */
async function observeAll(
  { client, taskRuns }: PipelineRunControllerOptions,
  scheduler: PipelineScheduler,
  uid: string,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Set<string>();
  for (const taskRun of taskRuns.byIndex(byPipelineRun, uid)) {
    const child = observed(taskRun);
    seen.add(child.name);
    scheduler.observe(child);
  }
  const unseen = scheduler.states.flatMap(({ child }) =>
    child?.state === 'running' && !seen.has(child.name) ? child : [],
  );
  for (const child of unseen) {
    try {
      const taskRun = await client
        .resource(taskRunKind)
        .get(child.name, { namespace: run.metadata.namespace, signal });
      scheduler.observe(observed(taskRun));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      scheduler.observe({ ...child, state: 'failed', reason: 'TaskRunDeleted' });
    }
  }
}

function observed(taskRun: TaskRun) {
  return { ...childOf(taskRun), timedOut: taskRun.spec.statusMessage === timedOutWithRun };
}

async function createTaskRun(
  { client }: PipelineRunControllerOptions,
  taskRun: TaskRun,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<TaskRun> {
  const resource = client.resource(taskRunKind);
  try {
    return await resource.create(taskRun, { signal });
  } catch (error) {
    const name = taskRun.metadata.name ?? '';
    if (hasCode(error, 'Forbidden', 'Invalid')) {
      const message = `error creating TaskRun ${name} from PipelineRun ${run.metadata.name ?? ''}: ${error.message}`;
      throw new PipelineRefusedError({ reason: 'CreateRunFailed', message });
    }
    if (!isAlreadyExists(error)) throw error;
    const existing = await resource.get(name, { namespace: taskRun.metadata.namespace, signal });
    if (controllerOf(existing)?.uid === run.metadata.uid) return existing;
    throw new Error(
      `the TaskRun ${name} belongs to somebody else: delete it, or run the pipeline under another name`,
      {
        cause: error,
      },
    );
  }
}

/** Cancels what runs of a run that cannot go on. */
async function endChildren(
  options: Tools,
  scheduler: PipelineScheduler,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<void> {
  const running = scheduler.states.flatMap(({ child }) => (child?.state === 'running' ? child.name : []));
  await Promise.all(running.map((name) => cancelTaskRun(options, run, name, cancelledByRun, signal)));
}

async function cancelTaskRun(
  { client }: PipelineRunControllerOptions,
  run: PipelineRun,
  name: string,
  statusMessage: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.resource(taskRunKind).patch(name, {
      namespace: run.metadata.namespace,
      type: 'merge',
      body: { spec: { status: 'TaskRunCancelled', statusMessage } },
      signal,
    });
  } catch (error) {
    // A TaskRun that is gone needs no cancelling.
    if (!isNotFound(error)) throw error;
  }
}
