import type { PipelineRun as TektonRun, TaskRun } from '@armillary/tekton';
import { ENGINES, wantedEngine, type Engine } from '../engines/engine.ts';
import { RunFailure } from '../engines/failure.ts';
import type { RunState } from '../engines/run-state.ts';
import type { StageState } from '../engines/stage-state.ts';
import { mirrorRun } from '../engines/tekton/run-status.ts';
import { stagesOf } from '../engines/tekton/stages.ts';
import { startTektonRun, type TektonEngineOptions } from '../engines/tekton/start-run.ts';
import type { PipelineRun } from '../kinds/pipeline-run.ts';
import type { Pipeline } from '../kinds/pipeline.ts';
import { runNumber } from './run-number.ts';

/** What is known of a run when it is decided what to do. */
export interface RunFacts {
  readonly run: PipelineRun;
  /** Its Pipeline; absent when the API has none of that name. */
  readonly pipeline?: Pipeline | undefined;
  /** The tekton.dev PipelineRun of the same name. */
  readonly tektonRun?: TektonRun | undefined;
  readonly taskRuns: readonly TaskRun[];
}

/** The settings of the decision. */
export interface RunSettings extends TektonEngineOptions {
  /** The engine of pipelines that name none. */
  readonly defaultEngine: Engine;
  /** Whether a Jenkins is configured: then its own controller looks after the runs of that engine. */
  readonly jenkins?: boolean;
}

/** The one thing to do next; the change it makes leads to the next decision. */
export type RunDecision =
  | { readonly do: 'nothing' }
  /** Take the next number of the Pipeline, and a snapshot of it. */
  | { readonly do: 'take-number'; readonly pipeline: Pipeline; readonly engine: Engine }
  | { readonly do: 'create'; readonly tektonRun: TektonRun }
  /** Ask Tekton to cancel, and tell the state meanwhile. */
  | { readonly do: 'cancel'; readonly tektonRun: TektonRun }
  | { readonly do: 'tell'; readonly state: RunState; readonly stages?: readonly StageState[] };

/** Decides what a run needs. Pure. */
export function decideRun(facts: RunFacts, settings: RunSettings): RunDecision {
  const { run, tektonRun } = facts;
  if (run.metadata.deletionTimestamp !== undefined || run.status?.completionTime !== undefined)
    return { do: 'nothing' };
  const wanted = wantedEngine(facts.pipeline, run.spec.pipelineSpec, settings.defaultEngine);
  if (wanted === 'jenkins' && settings.jenkins === true) return { do: 'nothing' };
  try {
    if (tektonRun !== undefined && runNumber(run) !== undefined)
      return followRun(run, tektonRun, facts.taskRuns);
    if (run.spec.action === 'Stop')
      return tell('Cancelled', 'Cancelled', 'The run was stopped before it started.');
    return startRun(facts, settings);
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    return tell('Failed', error.reason, error.message);
  }
}

function tell(phase: RunState['phase'], reason: string, message: string): RunDecision {
  return { do: 'tell', state: { phase, reason, message } };
}

function followRun(run: PipelineRun, tektonRun: TektonRun, taskRuns: readonly TaskRun[]): RunDecision {
  const owner = tektonRun.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner?.uid !== run.metadata.uid) {
    // It belongs to a deleted run of the same name: the garbage collector takes it away, which leads back here.
    if (owner?.kind === run.kind && owner.apiVersion === run.apiVersion && owner.name === run.metadata.name)
      return { do: 'nothing' };
    throw new RunFailure(
      'NameConflict',
      `There is a pipelineruns.tekton.dev ${tektonRun.metadata.name ?? ''} that does not belong to this run. Delete one of them.`,
    );
  }
  const done = tektonRun.status?.completionTime !== undefined;
  if (run.spec.action === 'Stop' && !done && (tektonRun.spec.status ?? '') === '')
    return { do: 'cancel', tektonRun };
  const stages = stagesOf(tektonRun, taskRuns);
  // What is known of a stage may be behind what is known of the run; the stage's own change leads back here.
  if (
    done &&
    stages.some(({ state, pod }) => pod !== undefined && (state === 'Running' || state === 'Pending'))
  )
    return { do: 'nothing' };
  const state = mirrorRun(tektonRun, stages);
  return { do: 'tell', state: done ? state : withUnknownAction(state, run.spec.action), stages };
}

function withUnknownAction(state: RunState, action: string | undefined): RunState {
  if (action === undefined || action === '' || action === 'Stop') return state;
  return {
    ...state,
    message: `${state.message} (The action ${action} has no effect on Tekton; only Stop has.)`,
  };
}

function startRun({ run, pipeline }: RunFacts, settings: RunSettings): RunDecision {
  const name = run.spec.pipelineRef.name ?? '';
  if (pipeline === undefined) {
    const message =
      name === ''
        ? 'The run names no Pipeline: set spec.pipelineRef.name.'
        : `There is no pipelines.devops.kubesphere.io "${name}" in the namespace ${run.metadata.namespace ?? ''}.`;
    throw new RunFailure('PipelineNotFound', message);
  }
  const engine = checkedEngine(wantedEngine(pipeline, run.spec.pipelineSpec, settings.defaultEngine));
  const number = runNumber(run);
  if (number === undefined) return { do: 'take-number', pipeline, engine };
  // A run that was told about has been created: when it is gone now, somebody deleted it, and it must not run twice.
  if (run.status?.phase !== undefined) {
    throw new RunFailure(
      'EngineRunDeleted',
      'The pipelineruns.tekton.dev of this run was deleted before it finished.',
    );
  }
  return {
    do: 'create',
    tektonRun: startTektonRun(run, run.spec.pipelineSpec ?? pipeline.spec, number, settings),
  };
}

function checkedEngine(wanted: string): Engine {
  const engine = ENGINES.find((name) => name === wanted);
  if (engine === undefined) {
    throw new RunFailure(
      'UnknownEngine',
      `There is no engine "${wanted}". Set spec.engine.type of the Pipeline to one of: ${ENGINES.join(', ')}.`,
    );
  }
  if (engine === 'jenkins') {
    throw new RunFailure(
      'EngineNotConfigured',
      'No Jenkins is configured for the engine jenkins. Set spec.engine.type of the Pipeline to tekton.',
    );
  }
  return engine;
}
