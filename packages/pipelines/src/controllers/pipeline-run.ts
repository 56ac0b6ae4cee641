import {
  isAlreadyExists,
  isConflict,
  isNotFound,
  watchOf,
  type Clock,
  type ControllerDefinition,
  type ControllerManager,
  type EventRecorder,
  type Informer,
  type KubeClient,
  type KubeObject,
  type ObjectKey,
  type ReconcileContext,
  type ReconcileResult,
  type ResourceType,
} from '@armillary/kube';
import {
  label as tektonLabel,
  pipelineRunKind as tektonRunKind,
  taskRunKind,
  type PipelineRun as TektonRun,
  type TaskRun,
} from '@armillary/tekton';
import { isFinal, type RunState } from '../engines/run-state.ts';
import type { StageState } from '../engines/stage-state.ts';
import { annotation, label } from '../kinds/metadata.ts';
import { pipelineRunKind, type PipelineRun } from '../kinds/pipeline-run.ts';
import { pipelineKind, type Pipeline } from '../kinds/pipeline.ts';
import { decideRun, type RunDecision, type RunFacts, type RunSettings } from './decide-run.ts';
import { annotate, patchObject } from './patch-object.ts';
import { nextRunNumber, numberPatch } from './run-number.ts';
import { stagesAnnotation } from './stages-annotation.ts';
import { tellRun } from './tell-run.ts';
import { Turns } from './turns.ts';

const BY_RUN = 'tekton-run';
const WORKERS = 4;
const CONFLICT_DELAY_MS = 50;
/** A run that goes on is told about at most so often, the seldomer the more stages are told of; its end at once. */
const PACE_MS = 200;
const PACE_PER_STAGE_MS = 4;

/** Brings PipelineRuns of devops.kubesphere.io to an end on the Tekton engine. */
export class PipelineRunController {
  readonly #settings: RunSettings;
  readonly #clock: Clock;
  readonly #recorder: EventRecorder;
  readonly #turns = new Turns();
  /** When runs that go on were last told about, by UID; in milliseconds. */
  readonly #toldAt = new Map<string, number>();
  readonly #runs: Informer<PipelineRun>;
  readonly #pipelines: Informer<Pipeline>;
  readonly #tektonRuns: Informer<TektonRun>;
  readonly #taskRuns: Informer<TaskRun>;

  constructor(manager: ControllerManager, settings: RunSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#recorder = manager.recorder('pipelines');
    this.#runs = manager.informer(pipelineRunKind);
    this.#runs.onEvent({ deleted: ({ metadata }) => this.#toldAt.delete(metadata.uid ?? '') });
    this.#pipelines = manager.informer(pipelineKind);
    this.#tektonRuns = manager.informer(tektonRunKind);
    this.#taskRuns = manager.informer(taskRunKind);
    this.#taskRuns.addIndex(BY_RUN, (taskRun) =>
      runKeys(taskRun).map(({ namespace, name }) => `${namespace}/${name}`),
    );
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<PipelineRun> {
    return {
      name: 'pipelinerun',
      for: pipelineRunKind,
      owns: [tektonRunKind],
      watches: [watchOf({ type: taskRunKind, map: runKeys })],
      workers: WORKERS,
      reconcile: (key, context) => this.#reconcile(key, context),
    };
  }

  async #reconcile(key: ObjectKey, context: ReconcileContext): Promise<ReconcileResult | void> {
    const run = this.#runs.get(key.name, key.namespace);
    if (run === undefined) return;
    try {
      return await this.#bringOn(run, context);
    } catch (error) {
      // Somebody else changed the object meanwhile, which is no error: look again.
      if (!isConflict(error)) throw error;
      return { requeueAfterMs: CONFLICT_DELAY_MS * (1 + Math.random()) };
    }
  }

  async #bringOn(run: PipelineRun, context: ReconcileContext): Promise<ReconcileResult | void> {
    const facts = this.#cachedFacts(run);
    const decision = decideRun(facts, this.#settings);
    if (!rests(decision, facts)) {
      const early = decision.do === 'tell' ? this.#earlyByMs(run, decision.state, decision.stages) : 0;
      return early > 0 ? { requeueAfterMs: early } : await this.#carryOut(decision, run, context);
    }
    // The caches may be behind: nothing is started, and no run is given up, on their word alone. Runs of one Pipeline
    // start in turn, so that they get their numbers in the order in which they came.
    const pipeline = `${run.metadata.namespace ?? ''}/${run.spec.pipelineRef.name ?? ''}`;
    await this.#turns.take(pipeline, async () => {
      const live = await this.#liveFacts(facts, context);
      if (live === undefined) return;
      const next = decideRun(live, this.#settings);
      if (next.do !== 'take-number') return this.#carryOut(next, live.run, context);
      const numbered = await this.#takeNumber(live.run, next.pipeline, next.engine, context);
      await this.#carryOut(decideRun({ ...live, run: numbered }, this.#settings), numbered, context);
    });
  }

  /** How long to wait with what is to be told, so that short stages do not become many writes each. */
  #earlyByMs(run: PipelineRun, { phase }: RunState, stages: readonly StageState[] = []): number {
    if (isFinal(phase)) return 0;
    const pace = PACE_MS + PACE_PER_STAGE_MS * stages.length;
    return (this.#toldAt.get(run.metadata.uid ?? '') ?? 0) + pace - this.#clock.now();
  }

  #cachedFacts(run: PipelineRun): RunFacts {
    const { name = '', namespace = '' } = run.metadata;
    return {
      run,
      pipeline: this.#pipelines.get(run.spec.pipelineRef.name ?? '', namespace),
      tektonRun: this.#tektonRuns.get(name, namespace),
      taskRuns: this.#taskRuns.byIndex(BY_RUN, `${namespace}/${name}`),
    };
  }

  async #liveFacts(facts: RunFacts, { client, signal }: ReconcileContext): Promise<RunFacts | undefined> {
    const { name = '', namespace = '' } = facts.run.metadata;
    const run = await find<PipelineRun>(client, pipelineRunKind, name, namespace, signal);
    if (run === undefined) return undefined;
    const pipelineName = facts.run.spec.pipelineRef.name ?? '';
    return {
      ...facts,
      run,
      pipeline:
        pipelineName === ''
          ? undefined
          : await find<Pipeline>(client, pipelineKind, pipelineName, namespace, signal),
      tektonRun: await find<TektonRun>(client, tektonRunKind, name, namespace, signal),
    };
  }

  async #carryOut(decision: RunDecision, run: PipelineRun, context: ReconcileContext): Promise<void> {
    const { client, signal } = context;
    switch (decision.do) {
      case 'nothing':
      // Numbers are taken in turn, before this.
      case 'take-number':
        return;
      case 'create':
        try {
          await client.resource<TektonRun>(tektonRunKind).create(decision.tektonRun, { signal });
        } catch (error) {
          // It is there but not in the cache yet: its own event leads to the next decision.
          if (!isAlreadyExists(error)) throw error;
        }
        return this.#tell(
          run,
          {
            phase: 'Pending',
            reason: 'Started',
            message: 'The tekton.dev PipelineRun of the same name was created.',
          },
          context,
        );
      case 'cancel':
        await patchObject<TektonRun>(
          tektonRunKind,
          decision.tektonRun,
          { spec: { status: 'Cancelled' } },
          context,
        );
        return;
      default:
        return this.#tell(await this.#noteStages(run, decision.stages, context), decision.state, context);
    }
  }

  async #takeNumber(
    run: PipelineRun,
    pipeline: Pipeline,
    engine: string,
    context: ReconcileContext,
  ): Promise<PipelineRun> {
    const { resourceVersion, namespace } = pipeline.metadata;
    const number = nextRunNumber(pipeline, this.#runs.list(namespace));
    // With the resource version, one of two writers of the same counter gets a conflict and tries again.
    const counter = { resourceVersion, annotations: { [annotation.lastRunId]: String(number) } };
    await patchObject<Pipeline>(pipelineKind, pipeline, { metadata: counter }, context);
    return patchObject<PipelineRun>(
      pipelineRunKind,
      run,
      numberPatch(run, pipeline, number, engine),
      context,
    );
  }

  async #noteStages(
    run: PipelineRun,
    stages: readonly StageState[] | undefined,
    context: ReconcileContext,
  ): Promise<PipelineRun> {
    if (stages === undefined) return run;
    const annotations = { [annotation.stages]: stagesAnnotation(stages) };
    return annotate<PipelineRun>(pipelineRunKind, run, annotations, context);
  }

  async #tell(run: PipelineRun, state: RunState, context: ReconcileContext): Promise<void> {
    const now = this.#clock.now();
    if (!(await tellRun(run, state, now, this.#recorder, context))) return;
    const { uid = '' } = run.metadata;
    if (isFinal(state.phase)) this.#toldAt.delete(uid);
    else this.#toldAt.set(uid, now);
  }
}

/** Whether a decision would start, number or fail a run because of what a cache does not have. */
function rests(decision: RunDecision, facts: RunFacts): boolean {
  if (decision.do === 'take-number' || decision.do === 'create') return true;
  return decision.do === 'tell' && facts.tektonRun === undefined;
}

/** The runs that a TaskRun belongs to: one that was created for a run of ours, or none. */
function runKeys(taskRun: TaskRun): ObjectKey[] {
  const { labels = {}, namespace = '' } = taskRun.metadata;
  const name = labels[tektonLabel.pipelineRun];
  return name === undefined || labels[label.pipeline] === undefined ? [] : [{ namespace, name }];
}

async function find<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  name: string,
  namespace: string,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await client.resource(type).get(name, { namespace, signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
