import type { TaskRun } from '../api/objects.ts';
import type { Step, TaskSpec, WorkspaceDeclaration } from '../api/task.ts';
import { defaultTaskSpec } from '../defaults.ts';
import { stepContainerName } from '../names.ts';
import { workspacesMentioned } from '../scheduler/task-run-for.ts';
import { taskFields } from '../substitution/fields.ts';
import { paramReplacements, setContext } from '../substitution/params.ts';
import { copyReplacements, type Replacements, spellings } from '../substitution/replacements.ts';
import { substitute } from '../substitution/substitute.ts';

/** Where the files are that a task's variables name. */
export interface TaskPaths {
  workspace(declaration: WorkspaceDeclaration): string;
  result(name: string): string;
  stepResult(container: string, name: string): string;
  exitCode(container: string): string;
  credentials: string;
}

/** The places inside a Tekton pod. */
export const tektonPaths: TaskPaths = {
  workspace: ({ name, mountPath }) => mountPath ?? `/workspace/${name}`,
  result: (name) => `/tekton/results/${name}`,
  stepResult: (container, name) => `/tekton/steps/${container}/results/${name}`,
  exitCode: (container) => `/tekton/steps/${container}/exitCode`,
  credentials: '/tekton/creds',
};

/**
 * The task of a TaskRun with types filled in. Workspaces that an embedded task only mentions count as declared, as
 * bindings reach embedded tasks without a declaration.
 */
export function taskOfRun(run: TaskRun, task: TaskSpec): TaskSpec {
  const spec = defaultTaskSpec(task);
  if (run.spec.taskSpec === undefined) return spec;
  const declared = new Set((spec.workspaces ?? []).map(({ name }) => name));
  const mentioned = workspacesMentioned(spec);
  const added = (run.spec.workspaces ?? []).filter(({ name }) => !declared.has(name) && mentioned.has(name));
  if (added.length === 0) return spec;
  return { ...spec, workspaces: [...(spec.workspaces ?? []), ...added.map(({ name }) => ({ name }))] };
}

/** Replaces all variables of a task that are known before its first step starts. */
export function applyTaskRun(task: TaskSpec, run: TaskRun, paths: TaskPaths, attempt = 0): TaskSpec {
  const values = paramReplacements(task.params, run.spec.params);
  setContext(values, {
    taskRun: {
      name: run.metadata.name ?? '',
      namespace: run.metadata.namespace ?? '',
      uid: run.metadata.uid ?? '',
    },
    task: { name: run.spec.taskRef?.name ?? run.metadata.name ?? '', 'retry-count': String(attempt) },
  });
  setWorkspaces(values, task, run, paths);
  for (const { name } of task.results ?? []) setPath(values, 'results', name, paths.result(name));
  for (const [index, step] of (task.steps ?? []).entries()) {
    const container = stepContainerName(step.name, index);
    values.strings.set(`steps.${container}.exitCode.path`, paths.exitCode(container));
  }
  values.strings.set('credentials.path', paths.credentials);
  const applied = substitute(task, taskFields, values);
  return {
    ...applied,
    ...(applied.steps && { steps: applied.steps.map((step, index) => stepResultPaths(step, index, paths)) }),
  };
}

function stepResultPaths(step: Step, index: number, paths: TaskPaths): Step {
  if (step.results === undefined) return step;
  const values: Replacements = copyReplacements({
    strings: new Map(),
    arrays: new Map(),
    objects: new Map(),
  });
  const container = stepContainerName(step.name, index);
  for (const { name } of step.results)
    setPath(values, 'step.results', name, paths.stepResult(container, name));
  const [applied = step] = substitute({ steps: [step] }, taskFields, values).steps;
  return applied;
}

function setPath(to: Replacements, prefix: string, name: string, path: string): void {
  for (const key of spellings(prefix, name)) to.strings.set(`${key}.path`, path);
}

function setWorkspaces(to: Replacements, task: TaskSpec, run: TaskRun, paths: TaskPaths): void {
  const bindings = new Map((run.spec.workspaces ?? []).map((binding) => [binding.name, binding]));
  for (const declaration of task.workspaces ?? []) {
    const binding = bindings.get(declaration.name);
    for (const key of spellings('workspaces', declaration.name)) {
      to.strings.set(`${key}.path`, binding === undefined ? '' : paths.workspace(declaration));
      to.strings.set(`${key}.bound`, String(binding !== undefined));
      to.strings.set(`${key}.claim`, binding?.persistentVolumeClaim?.claimName ?? '');
      to.strings.set(`${key}.volume`, binding === undefined ? '' : `ws-${declaration.name}`);
    }
  }
}

/** Each step with the fields of the stepTemplate it does not set itself; environments are joined by name. */
export function withStepTemplate(task: TaskSpec): Step[] {
  const { stepTemplate: template } = task;
  if (template === undefined) return task.steps ?? [];
  return (task.steps ?? []).map((step) => {
    const own = new Set((step.env ?? []).map(({ name }) => name));
    const inherited = (template.env ?? []).filter(({ name }) => !own.has(name));
    const env = [...inherited, ...(step.env ?? [])];
    return { ...template, ...step, ...(env.length > 0 && { env }) };
  });
}
