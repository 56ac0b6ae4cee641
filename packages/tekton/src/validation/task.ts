import type { ParamSpec } from '../api/schema.ts';
import type { Step, TaskSpec } from '../api/task.ts';
import { type FieldError, invalidValue, missingField } from './field-error.ts';
import { repeated, validateOnError, validateParamVariables } from './params.ts';

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What is wrong with a task, as Tekton's admission sees it. `path` is where the spec stands, e.g. `spec`. */
export function validateTaskSpec(spec: TaskSpec, path = 'spec'): FieldError[] {
  const steps = spec.steps ?? [];
  if (steps.length === 0) return [missingField(`${path}.steps`)];
  return [
    ...repeated((spec.workspaces ?? []).map(({ name }) => name)).map(({ name, index }) =>
      invalidValue(
        `workspace name ${JSON.stringify(name)} must be unique`,
        `${path}.workspaces[${index}].name`,
      ),
    ),
    ...repeated(steps.map(({ name }) => name)).map(({ index }) => ({
      message: 'expected exactly one, got both',
      paths: [`${path}.steps[${index}].name`],
    })),
    ...steps.flatMap((step, index) =>
      validateStep(step, `${path}.steps[${index}]`, spec.stepTemplate?.image !== undefined),
    ),
    ...variablesOfSteps(spec, `${path}.steps`),
  ];
}

/** Variables of parameters that are not declared; step by step from the last, which is the order Tekton says it in. */
export function variablesOfSteps(spec: TaskSpec, path: string): FieldError[] {
  const params = new Map((spec.params ?? []).map((param) => [param.name, param]));
  const steps = [...(spec.steps ?? []).entries()].reverse();
  return steps.flatMap(([index, step]) => variablesOfStep(step, `${path}[${index}]`, params));
}

function validateStep(step: Step, path: string, hasTemplateImage: boolean): FieldError[] {
  const errors = validateOnError(step.onError, `${path}.onError`, 'Task step onError', true);
  if (step.image === undefined && step.ref === undefined && !hasTemplateImage)
    errors.push(missingField(`${path}.Image`));
  if (step.script !== undefined && step.script !== '' && (step.command ?? []).length > 0) {
    errors.push({ message: 'script cannot be used with command', paths: [`${path}.script`] });
  }
  if (step.name !== undefined && step.name !== '' && !dnsLabel.test(step.name)) {
    errors.push({
      message: `invalid value ${JSON.stringify(step.name)}`,
      paths: [`${path}.name`],
      details:
        'Task step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    });
  }
  return errors;
}

function variablesOfStep(step: Step, path: string, params: ReadonlyMap<string, ParamSpec>): FieldError[] {
  const check = (text: string | undefined, field: string, isolated: boolean) =>
    text === undefined ? [] : validateParamVariables(text, params, `${path}.${field}`, isolated);
  return [
    ...check(step.image, 'image', true),
    ...check(step.workingDir, 'workingDir', true),
    ...(step.args ?? []).flatMap((text, index) => check(text, `args[${index}]`, true)),
    ...(step.command ?? []).flatMap((text, index) => check(text, `command[${index}]`, true)),
    ...(step.env ?? []).flatMap((env) => check(env.value, `env[${env.name}]`, true)),
    ...check(step.script, 'script', true),
  ];
}
