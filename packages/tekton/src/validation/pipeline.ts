import type { PipelineSpec, PipelineTask } from '../api/pipeline.ts';
import type { PipelineRunSpec } from '../api/pipeline-run.ts';
import type { Param } from '../api/schema.ts';
import { DurationError, parseDuration } from '../duration.ts';
import { findCycle, planPipeline } from '../scheduler/plan.ts';
import { variablesIn } from '../substitution/replacements.ts';
import { parseResultRef } from '../substitution/results.ts';
import { type FieldError, invalidValue, missingField } from './field-error.ts';
import {
  repeated,
  textsIn,
  validateOnError,
  validateParamVariables,
  validatePipelineParams,
} from './params.ts';

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const contextVariables = new Set([
  ...['name', 'namespace', 'uid'].map((field) => `context.pipelineRun.${field}`),
  'context.pipeline.name',
  'context.pipelineTask.retries',
]);

/** What is wrong with a pipeline, as Tekton's admission sees it. `given` are the parameters of the run around it. */
export function validatePipelineSpec(
  spec: PipelineSpec,
  path = 'spec',
  given: readonly Param[] = [],
): FieldError[] {
  const tasks = spec.tasks ?? [];
  const last = spec.finally ?? [];
  if (tasks.length === 0 && last.length > 0) {
    return [
      invalidValue(`${path}.tasks is empty but ${path}.finally has ${last.length} tasks`, `${path}.finally`),
    ];
  }
  if (tasks.length === 0) {
    const fields = ['description', 'params', 'resources', 'tasks', 'workspaces'];
    return [{ message: 'expected at least one, got none', paths: fields.map((field) => `${path}.${field}`) }];
  }
  const all = tasks.map((task, index) => at(task, `${path}.tasks[${index}]`));
  const finals = last.map((task, index) => at(task, `${path}.finally[${index}]`));
  return [
    ...[...all, ...finals].flatMap(({ task, where }) => validatePipelineTask(task, where)),
    ...duplicates(tasks, last, path),
    ...graphErrors(spec, path),
    ...validatePipelineParams(spec.params),
    ...workspaceErrors(spec, path),
    ...[...all, ...finals].flatMap(({ task, where }) => variableErrors(task, where, spec, given)),
    ...finalErrors(tasks, finals),
    ...statusErrors(all),
    ...resultErrors(spec, path),
  ];
}

function at(task: PipelineTask, where: string) {
  return { task, where };
}

function validatePipelineTask(task: PipelineTask, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const sources = ['taskRef', 'taskSpec', 'pipelineRef', 'pipelineSpec'] as const;
  const set = sources.filter((field) => task[field] !== undefined);
  if (set.length !== 1) {
    const message = `expected exactly one, got ${set.length === 0 ? 'neither' : 'multiple'}`;
    errors.push({ message, paths: ['taskRef', 'taskSpec'].map((field) => `${path}.${field}`) });
  }
  if (task.name === undefined || !dnsLabel.test(task.name)) {
    errors.push({
      message: `invalid value ${JSON.stringify(task.name ?? '')}`,
      paths: [`${path}.name`],
      details:
        'Pipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    });
  }
  errors.push(
    ...validateOnError(task.onError, `${path}.OnError`, 'PipelineTask OnError', false),
    ...sourceErrors(task, path),
  );
  for (const [index, { operator = '', values = [], cel }] of (task.when ?? []).entries()) {
    const where = `${path}.when[${index}]`;
    if (cel !== undefined) continue;
    if (operator !== 'in' && operator !== 'notin') {
      errors.push(
        invalidValue(
          `operator ${JSON.stringify(operator)} is not recognized. valid operators: in,notin`,
          where,
        ),
      );
    } else if (values.length === 0) {
      errors.push(invalidValue('expecting non-empty values field', where));
    }
  }
  if (task.timeout !== undefined && !task.timeout.includes('$('))
    errors.push(...durationErrors(task.timeout, `${path}.timeout`));
  return errors;
}

function sourceErrors(task: PipelineTask, path: string): FieldError[] {
  const { taskRef, taskSpec } = task;
  if (taskSpec?.apiVersion !== undefined && taskSpec.kind === undefined) {
    return [invalidValue('custom task spec must specify kind', `${path}.taskSpec.kind`)];
  }
  if (taskRef === undefined || taskRef.resolver !== undefined) return [];
  const isTask = taskRef.kind === undefined || taskRef.kind === 'Task';
  if (!isTask && taskRef.apiVersion === undefined) {
    return [invalidValue('custom task ref must specify apiVersion', `${path}.taskRef.apiVersion`)];
  }
  return taskRef.name === undefined && isTask ? [missingField(`${path}.taskRef.name`)] : [];
}

/** Checks the limits of a pipeline's tasks once their variables are replaced, and those that a run sets for them. */
export function validateTimeouts(spec: PipelineSpec, run: PipelineRunSpec): FieldError[] {
  return [
    ...(['tasks', 'finally'] as const).flatMap((part) =>
      (spec[part] ?? []).flatMap(({ timeout }, index) =>
        timeout === undefined ? [] : durationErrors(timeout, `spec.${part}[${index}].timeout`),
      ),
    ),
    ...(run.taskRunSpecs ?? []).flatMap(({ timeout }, index) =>
      timeout === undefined ? [] : durationErrors(timeout, `spec.taskRunSpecs[${index}].timeout`),
    ),
  ];
}

/** Go's complaint about a duration that it cannot read, or a negative one. */
export function durationErrors(text: string, path: string): FieldError[] {
  try {
    return parseDuration(text) < 0 ? [invalidValue(`${text} should be >= 0`, path)] : [];
  } catch (error) {
    if (error instanceof DurationError) return [invalidValue(error.message, path)];
    throw error;
  }
}

function duplicates(tasks: PipelineTask[], last: PipelineTask[], path: string): FieldError[] {
  const names = [...tasks, ...last].map(({ name }) => name);
  return repeated(names).map(({ index }) => ({
    message: 'expected exactly one, got both',
    paths: [
      index < tasks.length ? `${path}.tasks[${index}].name` : `${path}.finally[${index - tasks.length}].name`,
    ],
  }));
}

function graphErrors(spec: PipelineSpec, path: string): FieldError[] {
  const tasks = spec.tasks ?? [];
  const [twice] = repeated(tasks.map(({ name }) => name));
  if (twice !== undefined) {
    const value = `task ${twice.name} is already present in Graph, can't add it again: duplicate pipeline task`;
    return [invalidValue(value, `${path}.tasks`)];
  }
  const plan = planPipeline(spec);
  for (const planned of plan.tasks.slice(0, plan.dagSize)) {
    for (const name of [...(planned.task.runAfter ?? []), ...planned.resultRefs.map((ref) => ref.task)]) {
      const parent = plan.byName.get(name);
      if (parent !== undefined && !parent.final) continue;
      const message =
        `couldn't add link between ${planned.name} and ${name}: task ${planned.name} depends on ${name} ` +
        `but ${name} wasn't present in Pipeline`;
      return [invalidValue(message, `${path}.tasks`)];
    }
  }
  const cycle = findCycle(plan);
  if (cycle === undefined) return [];
  const message = `cycle detected; task "${cycle.task}" depends on "${cycle.dependsOn}"`;
  return [invalidValue(message, `${path}.tasks`)];
}

function workspaceErrors(spec: PipelineSpec, path: string): FieldError[] {
  const declared = (spec.workspaces ?? []).map(({ name }) => name);
  const errors = repeated(declared).map(({ name, index }) =>
    invalidValue(`workspace with name "${name}" appears more than once`, `${path}.workspaces[${index}]`),
  );
  for (const [part, tasks] of [
    ['tasks', spec.tasks],
    ['finally', spec.finally],
  ] as const) {
    for (const [index, task] of (tasks ?? []).entries()) {
      for (const [position, { name, workspace }] of (task.workspaces ?? []).entries()) {
        const wanted = workspace ?? name;
        // A pipeline inside a run may use the run's workspaces without declaring them.
        if (declared.includes(wanted) || path !== 'spec') continue;
        errors.push(
          invalidValue(
            `pipeline task "${task.name ?? ''}" expects workspace with name "${wanted}" but none exists in pipeline spec`,
            `${path}.${part}[${index}].workspaces[${position}]`,
          ),
        );
      }
    }
  }
  return errors;
}

function variableErrors(
  task: PipelineTask,
  path: string,
  spec: PipelineSpec,
  given: readonly Param[],
): FieldError[] {
  const declared = new Map((spec.params ?? []).map((param) => [param.name, param]));
  for (const { name } of given) if (!declared.has(name)) declared.set(name, { name });
  return (task.params ?? []).flatMap(({ name, value }) =>
    textsIn(value).flatMap((text) => {
      const unknown = variablesIn(text).some(
        (variable) => /^context\.pipeline(Run)?\./.test(variable) && !contextVariables.has(variable),
      );
      const context = unknown
        ? [
            {
              message: `non-existent variable in ${JSON.stringify(text)}`,
              paths: [path.replace(/\[\d+\]$/, '.value')],
            },
          ]
        : [];
      const where = path.startsWith('spec.pipelineSpec') ? path.replace(/^.*(\[\d+\])$/, 'spec$1') : path;
      return [...context, ...validateParamVariables(text, declared, `${where}.params[${name}]`, true)];
    }),
  );
}

function finalErrors(tasks: PipelineTask[], finals: { task: PipelineTask; where: string }[]): FieldError[] {
  const names = new Set(finals.map(({ task }) => task.name));
  const known = new Set(tasks.map(({ name }) => name));
  return finals.flatMap(({ task, where }) => {
    const errors: FieldError[] = [];
    if ((task.runAfter ?? []).length > 0) {
      const message = `no runAfter allowed under spec.finally, final task ${task.name ?? ''} has runAfter specified`;
      errors.push(invalidValue(message, where));
    }
    for (const { name, value } of task.params ?? []) {
      for (const variable of textsIn(value).flatMap(variablesIn)) {
        const path = `${where}.params[${name}].value`;
        const ref = parseResultRef(variable);
        if (ref !== undefined && names.has(ref.task)) {
          const message = `invalid task result reference, final task has task result reference from a final task ${ref.task}`;
          errors.push(invalidValue(message, path));
        } else if (ref !== undefined && !known.has(ref.task)) {
          errors.push(
            invalidValue(
              `invalid task result reference, final task has task result reference from a task ${ref.task} which is not defined in the pipeline`,
              path,
            ),
          );
        }
        const status = /^tasks\.([^.]+)\.(?:status|reason)$/.exec(variable)?.[1];
        if (status !== undefined && !known.has(status)) {
          errors.push(invalidValue(`pipeline task ${status} is not defined in the pipeline`, path));
        }
      }
    }
    return errors;
  });
}

function statusErrors(tasks: { task: PipelineTask; where: string }[]): FieldError[] {
  const status = /^tasks\.(?:[^.]+\.)?(?:status|reason)$/;
  return tasks.flatMap(({ task, where }) =>
    (task.params ?? []).flatMap(({ name, value }) =>
      textsIn(value)
        .flatMap(variablesIn)
        .some((variable) => status.test(variable))
        ? invalidValue(
            'pipeline tasks can not refer to execution status of any other pipeline task or aggregate status of tasks',
            `${where}.params[${name}].value`,
          )
        : [],
    ),
  );
}

function resultErrors(spec: PipelineSpec, path: string): FieldError[] {
  const names = new Set([...(spec.tasks ?? []), ...(spec.finally ?? [])].map(({ name }) => name));
  return (spec.results ?? []).flatMap(({ value }, index) => {
    const where = `${path}.results[${index}].value`;
    const variables = textsIn(value).flatMap(variablesIn);
    const refs = variables.flatMap((variable) => parseResultRef(variable) ?? []);
    const missing = invalidValue('referencing a nonexistent task', where);
    if (variables.length === 0) {
      const expected = 'expected pipeline results to be task result expressions but';
      return [
        invalidValue(`${expected} an invalid expressions was found`, where),
        invalidValue(`${expected} no expressions were found`, where),
        missing,
      ];
    }
    return refs.some((ref) => !names.has(ref.task)) ? [missing] : [];
  });
}
