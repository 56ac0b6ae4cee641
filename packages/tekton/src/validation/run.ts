import type { PipelineRun, TaskRun } from '../api/objects.ts';
import type { WorkspaceBinding } from '../api/workspace.ts';
import { formatDuration, parseDuration } from '../duration.ts';
import { exactlyOne, type FieldError, invalidValue } from './field-error.ts';
import { repeated } from './params.ts';
import { durationErrors, validatePipelineSpec } from './pipeline.ts';
import { validateTaskSpec } from './task.ts';

const pipelineRunStatuses = ['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally', 'PipelineRunPending'];
const taskRunStatuses = ['TaskRunCancelled', 'TaskRunPending'];

/** What Tekton's admission refuses in a PipelineRun. */
export function validatePipelineRun(run: PipelineRun): FieldError[] {
  const { spec, metadata } = run;
  const sources = [spec.pipelineRef, spec.pipelineSpec].filter((source) => source !== undefined).length;
  const source = exactlyOne(sources, ['spec.pipelineRef', 'spec.pipelineSpec']);
  const errors: FieldError[] = [...nameErrors(metadata.name), ...(source ? [source] : [])];
  if (spec.status !== undefined && spec.status !== '' && !pipelineRunStatuses.includes(spec.status)) {
    const allowed = 'Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending';
    errors.push(invalidValue(`${spec.status} should be ${allowed}`, 'spec.status'));
  }
  errors.push(...timeoutErrors(spec.timeouts), ...bindingErrors(spec.workspaces, 'pipelinerun'));
  if (source === undefined && spec.pipelineSpec !== undefined) {
    errors.push(...validatePipelineSpec(spec.pipelineSpec, 'spec.pipelineSpec', spec.params));
  }
  return errors;
}

/** What Tekton's admission refuses in a TaskRun. */
export function validateTaskRun(run: TaskRun): FieldError[] {
  const { spec, metadata } = run;
  const sources = [spec.taskRef, spec.taskSpec].filter((source) => source !== undefined).length;
  const source = exactlyOne(sources, ['spec.taskRef', 'spec.taskSpec']);
  const errors: FieldError[] = [...nameErrors(metadata.name), ...(source ? [source] : [])];
  if (spec.status !== undefined && spec.status !== '' && !taskRunStatuses.includes(spec.status)) {
    errors.push(invalidValue(`${spec.status} should be TaskRunCancelled or TaskRunPending`, 'spec.status'));
  }
  if (spec.timeout !== undefined) errors.push(...negative(spec.timeout, 'spec.timeout'));
  errors.push(...bindingErrors(spec.workspaces, 'taskrun'));
  if (source === undefined && spec.taskSpec !== undefined) {
    // Embedded tasks may use parameters of the run that they do not declare.
    const given = (spec.params ?? []).map(({ name }) => ({ name }));
    const params = [...(spec.taskSpec.params ?? []), ...given];
    errors.push(...validateTaskSpec({ ...spec.taskSpec, params }, 'spec.taskSpec'));
  }
  return errors;
}

function nameErrors(name: string | undefined): FieldError[] {
  if (name === undefined || name.length <= 63) return [];
  const message = 'Invalid resource name: length must be no more than 63 characters';
  return [{ message, paths: ['metadata.name'] }];
}

function timeoutErrors(timeouts: PipelineRun['spec']['timeouts'] = {}): FieldError[] {
  const errors = (['pipeline', 'tasks', 'finally'] as const).flatMap((field) => {
    const value = timeouts[field];
    return value === undefined ? [] : negative(value, `spec.timeouts.${field}`);
  });
  if (errors.length > 0) return errors;
  const ms = (text: string | undefined) => (text === undefined ? undefined : parseDuration(text));
  const pipeline = ms(timeouts.pipeline) ?? 3_600_000;
  const [tasks, last] = [ms(timeouts.tasks), ms(timeouts.finally)];
  if (pipeline === 0) return [];
  const tooLong = (value: number, field: string) =>
    invalidValue(`${formatDuration(value)} should be <= pipeline duration`, `spec.timeouts.${field}`);
  if (tasks !== undefined && tasks > pipeline) return [tooLong(tasks, 'tasks')];
  if (last !== undefined && last > pipeline) return [tooLong(last, 'finally')];
  if (tasks === undefined || last === undefined || tasks + last <= pipeline) return [];
  const sum = `${formatDuration(tasks)} + ${formatDuration(last)} should be <= pipeline duration`;
  return [{ message: `invalid value: ${sum}`, paths: ['spec.timeouts.tasks', 'spec.timeouts.finally'] }];
}

function negative(text: string, path: string): FieldError[] {
  const errors = durationErrors(text, path);
  if (errors.length === 0 || !errors[0]?.message.includes('should be')) return errors;
  return [invalidValue(`${formatDuration(parseDuration(text))} should be >= 0`, path)];
}

const sources = [
  'emptyDir',
  'persistentVolumeClaim',
  'volumeClaimTemplate',
  'configMap',
  'secret',
  'projected',
  'csi',
] as const;

function bindingErrors(bindings: readonly WorkspaceBinding[] = [], owner: string): FieldError[] {
  const firstIndex = (name: string) => bindings.findIndex((binding) => binding.name === name);
  return [
    ...repeated(bindings.map(({ name }) => name)).map(({ name, index }) => ({
      message: `workspace "${name}" provided by ${owner} more than once, at index ${firstIndex(name)} and ${index}`,
      paths: [`spec.workspaces[${index}].name`],
    })),
    ...bindings.flatMap((binding, index) => {
      const set = sources.filter((field) => binding[field] !== undefined).length;
      // Tekton does not name projected and csi in this message.
      const named = sources.slice(0, 5).map((field) => `spec.workspaces[${index}].${field.toLowerCase()}`);
      return exactlyOne(set, named) ?? [];
    }),
  ];
}
