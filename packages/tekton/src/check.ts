import type { PipelineRun, TaskRun } from './api/objects.ts';
import type { PipelineSpec } from './api/pipeline.ts';
import type { Param, ParamSpec, ParamValue } from './api/schema.ts';
import type { TaskSpec } from './api/task.ts';
import { planPipeline } from './scheduler/plan.ts';
import { typeOfValue } from './substitution/params.ts';
import { pipelineTaskFields, taskFields } from './substitution/fields.ts';
import { variablesIn } from './substitution/replacements.ts';
import { resultRefsOf } from './substitution/results.ts';
import { textsOf } from './substitution/substitute.ts';
import { formatErrors } from './validation/field-error.ts';
import { paramOf } from './validation/params.ts';
import { variablesOfSteps } from './validation/task.ts';

/** Why a run cannot start: the reason and message of its failed condition. */
export interface Refusal {
  reason: string;
  message: string;
}

/** Finds the Task that a pipeline task refers to; `undefined` when it does not exist. */
export type TaskLookup = (name: string) => TaskSpec | undefined;

/**
 * The checks that Tekton makes when a PipelineRun starts, in its order and words.
 * @param spec the pipeline as written, with types filled in
 * @param taskOf the Tasks that it refers to
 */
export function checkPipelineRun(
  run: PipelineRun,
  spec: PipelineSpec,
  pipelineName: string,
  taskOf: TaskLookup,
): Refusal | undefined {
  const namespace = run.metadata.namespace ?? '';
  const name = run.metadata.name ?? '';
  const id = `${namespace}/${name}`;
  const pipeline = `${namespace}/${pipelineName}`;
  return (
    missingParams(run, spec, id, pipeline) ??
    mismatchedParams(run, spec, id, pipeline) ??
    missingKeys(run, spec, id, pipeline) ??
    badIndexes(run, spec, id, pipeline) ??
    unboundWorkspaces(run, spec, id, pipeline) ??
    undeclaredResults(spec, taskOf) ??
    taskErrors(name, spec, taskOf)
  );
}

const user = '[User error] ';

function missingParams(
  run: PipelineRun,
  spec: PipelineSpec,
  id: string,
  pipeline: string,
): Refusal | undefined {
  const missing = paramsWithoutValue(spec.params, run.spec.params);
  if (missing.length === 0) return undefined;
  const message = `${user}PipelineRun ${id} is missing some parameters required by Pipeline ${pipeline}: pipelineRun missing parameters: [${missing.join(' ')}]`;
  return { reason: 'ParameterMissing', message };
}

function mismatchedParams(
  run: PipelineRun,
  spec: PipelineSpec,
  id: string,
  pipeline: string,
): Refusal | undefined {
  const wrong = paramsOfOtherType(spec.params, run.spec.params);
  if (wrong.length === 0) return undefined;
  const message = `${user}PipelineRun ${id} parameters have mismatching types with Pipeline ${pipeline}'s parameters: parameters have inconsistent types : [${wrong.join(' ')}]`;
  return { reason: 'ParameterTypeMismatch', message };
}

function missingKeys(
  run: PipelineRun,
  spec: PipelineSpec,
  id: string,
  pipeline: string,
): Refusal | undefined {
  const missing = missingObjectKeys(spec.params, run.spec.params);
  if (missing === undefined) return undefined;
  const message = `${user}PipelineRun ${id} parameters is missing object keys required by Pipeline ${pipeline}'s parameters: pipelineRun missing object keys for parameters: ${missing}`;
  return { reason: 'ObjectParameterMissKeys', message };
}

function badIndexes(run: PipelineRun, spec: PipelineSpec, id: string, pipeline: string): Refusal | undefined {
  const texts = [...(spec.tasks ?? []), ...(spec.finally ?? [])].flatMap((task) =>
    textsOf(task, pipelineTaskFields),
  );
  const bad = indexesOutOfBounds(texts, spec.params, run.spec.params);
  if (bad.length === 0) return undefined;
  const message = `${user}PipelineRun ${id} failed validation: failed to validate Pipeline ${pipeline}'s parameter which has an invalid index while referring to an array: non-existent param references:[${bad.join(' ')}]`;
  return { reason: 'ParamArrayIndexingInvalid', message };
}

function unboundWorkspaces(
  run: PipelineRun,
  spec: PipelineSpec,
  id: string,
  pipeline: string,
): Refusal | undefined {
  const bound = new Set((run.spec.workspaces ?? []).map(({ name }) => name));
  const missing = (spec.workspaces ?? []).find(({ name, optional }) => optional !== true && !bound.has(name));
  if (missing === undefined) return undefined;
  const message = `${user}PipelineRun ${id} doesn't bind Pipeline ${pipeline}'s Workspaces correctly: pipeline requires workspace with name "${missing.name}" be provided by pipelinerun`;
  return { reason: 'InvalidWorkspaceBindings', message };
}

function undeclaredResults(spec: PipelineSpec, taskOf: TaskLookup): Refusal | undefined {
  const plan = planPipeline(spec);
  for (const planned of plan.tasks) {
    for (const ref of resultRefsOf(planned.task)) {
      const producer = plan.byName.get(ref.task)?.task;
      if (producer === undefined) continue;
      const task =
        producer.taskSpec ??
        (producer.taskRef?.name === undefined ? undefined : taskOf(producer.taskRef.name));
      if (task === undefined || (task.results ?? []).some(({ name }) => name === ref.result)) continue;
      const message = `invalid result reference in pipeline task "${planned.name}": "${ref.result}" is not a named result returned by pipeline task "${ref.task}"`;
      return { reason: 'InvalidTaskResultReference', message };
    }
  }
  return undefined;
}

function taskErrors(run: string, spec: PipelineSpec, taskOf: TaskLookup): Refusal | undefined {
  const optional = new Map(
    (spec.workspaces ?? []).map((declared) => [declared.name, declared.optional === true]),
  );
  for (const pipelineTask of [...(spec.tasks ?? []), ...(spec.finally ?? [])]) {
    const name = pipelineTask.name ?? '';
    const { taskRef, taskSpec } = pipelineTask;
    const task = taskSpec ?? (taskRef?.name === undefined ? undefined : taskOf(taskRef.name));
    if (task === undefined) continue;
    for (const { name: declared, optional: mayLack } of task.workspaces ?? []) {
      const binding = pipelineTask.workspaces?.find((candidate) => candidate.name === declared);
      const source = binding && (binding.workspace ?? binding.name);
      if (source === undefined || mayLack === true || optional.get(source) !== true) continue;
      const message = `${user}Optional workspace not supported by task: pipeline workspace "${source}" is marked optional but pipeline task "${name}" requires it be provided`;
      return { reason: 'RequiredWorkspaceMarkedOptional', message };
    }
    const available =
      taskSpec === undefined ? pipelineTask.params : [...(pipelineTask.params ?? []), ...propagated(spec)];
    const error = taskParamErrors(task, available, taskRef?.name ?? name);
    if (error !== undefined) {
      const message = `${user}Validation failed for pipelinerun ${run} with error ${error}`;
      return { reason: 'PipelineValidationFailed', message };
    }
  }
  return undefined;
}

/** Parameters of the pipeline reach embedded tasks by name; their values do not matter here. */
function propagated(spec: PipelineSpec): Param[] {
  return (spec.params ?? []).flatMap(({ name, type }) => (type === 'string' ? { name, value: '' } : []));
}

/** The refusal of a run whose Pipeline does not exist. */
export function missingPipeline(run: PipelineRun): Refusal {
  const { name = '', namespace = '' } = run.metadata;
  const pipeline = run.spec.pipelineRef?.name ?? '';
  const message =
    `Error retrieving pipeline for pipelinerun ${namespace}/${name}: error when getting Pipeline for PipelineRun ${name}: ` +
    `tekton client cannot get pipeline ${pipeline} from local cluster: pipelines.tekton.dev "${pipeline}" not found`;
  return { reason: 'CouldntGetPipeline', message };
}

/** The refusal of a PipelineRun one of whose Tasks does not exist. */
export function missingTaskOfPipeline(run: PipelineRun, pipelineName: string, task: string): Refusal {
  const message =
    `Pipeline ${run.metadata.namespace ?? ''}/${pipelineName} can't be Run; it contains Tasks that don't exist: ` +
    `Couldn't retrieve Task "${task}": tasks.tekton.dev "${task}" not found`;
  return { reason: 'CouldntGetTask', message };
}

/** The refusal of a TaskRun whose Task does not exist. */
export function missingTask(run: TaskRun): Refusal {
  const task = run.spec.taskRef?.name ?? '';
  const message = `error when listing tasks for taskRun ${run.metadata.name ?? ''}: tasks.tekton.dev "${task}" not found`;
  return { reason: 'TaskRunResolutionFailed', message };
}

/** Parameters that are still named after everything was replaced: the Pod could not be made of such a task. */
export function checkAppliedTask(run: TaskRun, applied: TaskSpec): Refusal | undefined {
  const name = run.metadata.name ?? '';
  const [error] = variablesOfSteps(applied, 'steps');
  if (error === undefined) return undefined;
  const message = `failed to create task run pod "${name}": ${formatErrors([error])}. Maybe invalid TaskSpec`;
  return { reason: 'PodCreationFailed', message };
}

/** The checks of a TaskRun before it starts. */
export function checkTaskRun(run: TaskRun, task: TaskSpec): Refusal | undefined {
  const name = run.spec.taskRef?.name ?? run.metadata.name ?? '';
  const error =
    taskParamErrors(task, run.spec.params, name) ??
    taskIndexErrors(run, task) ??
    taskWorkspaceErrors(run, task);
  return error === undefined ? undefined : { reason: 'TaskRunValidationFailed', message: user + error };
}

function taskParamErrors(
  task: TaskSpec,
  given: readonly Param[] | undefined,
  name: string,
): string | undefined {
  const prefix = `invalid input params for task ${name}: `;
  const missing = paramsWithoutValue(task.params, given);
  if (missing.length > 0) {
    return `${prefix}missing values for these params which have no default values: [${missing.join(' ')}]`;
  }
  const wrong = paramsOfOtherType(task.params, given);
  if (wrong.length > 0)
    return `${prefix}param types don't match the user-specified type: [${wrong.join(' ')}]`;
  const keys = missingObjectKeys(task.params, given);
  return (
    keys && `${prefix}missing keys for these params which are required in ParamSpec's properties ${keys}`
  );
}

function taskIndexErrors(run: TaskRun, task: TaskSpec): string | undefined {
  const bad = indexesOutOfBounds(textsOf(task, taskFields), task.params, run.spec.params);
  return bad.length === 0 ? undefined : `non-existent param references:[${bad.join(' ')}]`;
}

function taskWorkspaceErrors(run: TaskRun, task: TaskSpec): string | undefined {
  const bound = new Set((run.spec.workspaces ?? []).map(({ name }) => name));
  const declared = new Set((task.workspaces ?? []).map(({ name }) => name));
  const missing = (task.workspaces ?? []).find(({ name, optional }) => optional !== true && !bound.has(name));
  if (missing !== undefined) return `declared workspace "${missing.name}" is required but has not been bound`;
  const extra = (run.spec.workspaces ?? []).find(({ name }) => !declared.has(name));
  return extra && `workspace binding "${extra.name}" does not match any declared workspace`;
}

function paramsWithoutValue(declared: readonly ParamSpec[] = [], given: readonly Param[] = []): string[] {
  const names = new Set(given.map(({ name }) => name));
  return declared.flatMap(({ name, default: value }) =>
    value === undefined && !names.has(name) ? name : [],
  );
}

function paramsOfOtherType(declared: readonly ParamSpec[] = [], given: readonly Param[] = []): string[] {
  const types = new Map(declared.map(({ name, type }) => [name, type ?? 'string']));
  return given.flatMap(({ name, value }) => {
    const type = types.get(name);
    // A whole array or object may be handed on as one variable.
    const isVariable = typeof value === 'string' && /^\$\([^)]*\)$/.test(value);
    return type === undefined || type === typeOfValue(value) || isVariable ? [] : name;
  });
}

/** The missing keys as Go prints a map of lists: `map[o:[c d]]`. */
function missingObjectKeys(
  declared: readonly ParamSpec[] = [],
  given: readonly Param[] = [],
): string | undefined {
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const missing = declared.flatMap(({ name, properties, default: base }) => {
    if (properties === undefined) return [];
    const keys = new Set([...keysOf(base), ...keysOf(values.get(name))]);
    const absent = Object.keys(properties).filter((key) => !keys.has(key));
    return absent.length === 0 || typeof values.get(name) === 'string' ? [] : `${name}:[${absent.join(' ')}]`;
  });
  return missing.length === 0 ? undefined : `map[${missing.join(' ')}]`;
}

function keysOf(value: ParamValue | undefined): string[] {
  return typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
}

function indexesOutOfBounds(
  texts: string[],
  declared: readonly ParamSpec[] = [],
  given: readonly Param[] = [],
): string[] {
  const sizes = new Map<string, number>();
  for (const { name, default: value } of declared) if (Array.isArray(value)) sizes.set(name, value.length);
  for (const { name, value } of given) if (Array.isArray(value)) sizes.set(name, value.length);
  return texts.flatMap(variablesIn).flatMap((variable) => {
    const param = paramOf(variable);
    const index = /^\[(\d+)\]$/.exec(param?.rest ?? '')?.[1];
    const size = param && sizes.get(param.name);
    return index !== undefined && size !== undefined && Number(index) >= size ? `$(${variable})` : [];
  });
}
