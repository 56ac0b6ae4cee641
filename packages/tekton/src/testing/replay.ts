import {
  applyRun,
  type Child,
  checkPipelineRun,
  childOf,
  defaultPipelineSpec,
  defaultTaskSpec,
  missingPipeline,
  type Pipeline,
  type PipelineRun,
  PipelineScheduler,
  planPipeline,
  type Refusal,
  reportRun,
  type RunReport,
  runTimeouts,
  type Task,
  type TaskRun,
  taskRunFor,
  timedOutWithRun,
} from '../index.ts';
import { accepted, type OracleCase, type RecordedTaskRun } from './oracle.ts';

/** What a replayed run came to. */
export interface Replay {
  refusal?: Refusal;
  report?: RunReport;
  created: TaskRun[];
}

const start = Date.parse('2026-11-22T08:00:00Z');

/**
 * Runs a recorded PipelineRun through the scheduler. Its TaskRuns end as they did in the recording; those that were
 * cut short there keep running until the recorded patch, or until the clock reaches the next timeout.
 */
export function replayPipelineRun(oracle: OracleCase): Replay {
  const run = namespaced(accepted<PipelineRun>(oracle, 'PipelineRun')[0], oracle.id);
  // A name that the server generated.
  run.metadata.name = oracle.pipelineRun?.name ?? '';
  const reference = run.spec.pipelineRef?.name;
  const pipeline = accepted<Pipeline>(oracle, 'Pipeline').find(({ metadata }) => metadata.name === reference);
  const spec = run.spec.pipelineSpec ?? pipeline?.spec;
  if (spec === undefined) return { refusal: missingPipeline(run), created: [] };
  const pipelineName = reference ?? run.metadata.name ?? '';
  const tasks = new Map(
    accepted<Task>(oracle, 'Task').map((task) => [task.metadata.name ?? '', defaultTaskSpec(task.spec)]),
  );
  const refusal = checkPipelineRun(run, defaultPipelineSpec(spec), pipelineName, (name) => tasks.get(name));
  if (refusal !== undefined) return { refusal, created: [] };

  const facts = {
    name: run.metadata.name ?? '',
    namespace: oracle.id,
    timeouts: runTimeouts(run.spec),
    startedAt: start,
  };
  const scheduler = new PipelineScheduler(planPipeline(applyRun(spec, run, pipelineName)), facts);
  scheduler.requested = run.spec.status;
  const created: TaskRun[] = [];
  const actions = (oracle.actions ?? []).filter(
    (action) => action.patch?.spec !== undefined && action.error === undefined,
  );
  const held: Child[] = [];
  let now = start;
  for (let round = 0; round < 1000; round++) {
    const decision = scheduler.advance(now);
    for (const planned of decision.create) {
      const taskRun = taskRunFor(scheduler.resolve(planned), { run, pipelineName, final: planned.final });
      created.push(taskRun);
      scheduler.observe({ ...childOf(taskRun), state: 'running' });
    }
    if (decision.verdict.status !== 'Unknown')
      return { report: reportRun(scheduler, decision.verdict), created };
    const ended = endings(oracle, created, scheduler, held);
    if (decision.cancel.length > 0) ended.push(...held.splice(0));
    if (ended.length > 0) {
      for (const child of ended) scheduler.observe(child);
      continue;
    }
    const action = actions.shift();
    if (action?.patch?.spec !== undefined) scheduler.requested = action.patch.spec.status ?? undefined;
    else if (oracle.recordedWhileRunning === true)
      return { report: reportRun(scheduler, decision.verdict), created };
    else if (decision.nextDeadline !== undefined && decision.create.length === 0) now = decision.nextDeadline;
  }
  throw new Error(`${oracle.id}: the run does not end`);
}

/** Gives a run the namespace of its case, as messages name it. */
export function namespaced<T extends PipelineRun | TaskRun>(run: T | undefined, namespace: string): T {
  if (run === undefined) throw new Error(`${namespace}: no run`);
  return { ...run, metadata: { ...run.metadata, namespace, uid: '<uid>' } };
}

/** The TaskRuns that end next: failures before successes, so that they stop the run as they did. */
function endings(
  oracle: OracleCase,
  created: TaskRun[],
  scheduler: PipelineScheduler,
  held: Child[],
): Child[] {
  const open = created.flatMap(({ metadata }) => {
    const recorded = oracle.taskRuns.find(({ name }) => name === metadata.name);
    if (recorded === undefined)
      throw new Error(`${oracle.id}: TaskRun ${metadata.name ?? ''} was not recorded`);
    const planned = scheduler.plan.byName.get(recorded.pipelineTaskName ?? '');
    const state = planned && scheduler.states[planned.index]?.child?.state;
    return state === 'running' ? [recorded] : [];
  });
  const children = open.map(childFromRecord).filter(({ state }) => state !== 'running');
  const isHeld = (child: Child) => held.some(({ name }) => name === child.name);
  for (const child of children) if (child.reason === 'TaskRunCancelled' && !isHeld(child)) held.push(child);
  const free = children.filter((child) => child.reason !== 'TaskRunCancelled');
  const failures = free.filter(({ state }) => state === 'failed');
  return failures.length > 0 ? failures : free;
}

function childFromRecord(recorded: RecordedTaskRun): Child & { timedOut: boolean } {
  const child = childOf({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: recorded.name, labels: recorded.metadata.labels ?? {} },
    spec: recorded.spec,
    ...(recorded.status && { status: recorded.status }),
  });
  return { ...child, timedOut: recorded.spec.statusMessage === timedOutWithRun };
}
