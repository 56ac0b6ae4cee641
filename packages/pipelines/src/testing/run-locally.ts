import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PipelineRunSpec, PipelineTask, Step } from '@armillary/tekton';

/** What a run printed and how it ended. */
export interface LocalRun {
  readonly output: string;
  /** The outcome of each task that ran, by its name. */
  readonly tasks: Readonly<Record<string, 'Succeeded' | 'Failed'>>;
  readonly succeeded: boolean;
  readonly workspace: string;
}

/**
 * Runs a chain of tasks with real shells as Tekton's rules say: one after another, steps in order, `onError`,
 * exit code files, variables of Tekton in scripts and values, `$(NAME)` of Kubernetes in values.
 */
export function runLocally(spec: PipelineRunSpec): LocalRun {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-'));
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const given = Object.fromEntries(
    (spec.params ?? []).map(({ name, value }) => [
      `params.${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const base = { ...given, 'workspaces.source.path': workspace };
  let output = '';
  const tasks: Record<string, 'Succeeded' | 'Failed'> = {};
  try {
    const run = (task: PipelineTask, extra: Record<string, string>): boolean => {
      const result = runTask(task, { ...base, ...extra }, folder, workspace);
      output += result.output;
      tasks[task.name ?? ''] = result.succeeded ? 'Succeeded' : 'Failed';
      return result.succeeded;
    };
    const { tasks: chain = [], finally: last = [] } = spec.pipelineSpec ?? {};
    let succeeded = chain.every((task) => run(task, {}));
    const status = succeeded ? 'Succeeded' : 'Failed';
    for (const task of last) succeeded = run(task, { 'params.tasks-status': status }) && succeeded;
    return { output, tasks, succeeded, workspace };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runTask(
  task: PipelineTask,
  variables: Record<string, string>,
  folder: string,
  workspace: string,
): { output: string; succeeded: boolean } {
  let output = '';
  const values = { ...variables };
  const { steps = [], stepTemplate } = task.taskSpec ?? {};
  for (const [index, step] of steps.entries()) {
    const exitCode = join(folder, `exit-${task.name}-${index}`);
    const script = join(folder, `script-${task.name}-${index}`);
    writeFileSync(script, substitute(step.script ?? '', values));
    chmodSync(script, 0o755);
    const env = environmentOf([...(stepTemplate?.env ?? []), ...(step.env ?? [])], values);
    const result = spawnSync('/bin/sh', ['-c', 'exec "$0" 2>&1', script], {
      cwd: workspace,
      env,
      encoding: 'utf8',
    });
    output += result.stdout;
    writeFileSync(exitCode, String(result.status));
    values[`steps.step-${step.name}.exitCode.path`] = exitCode;
    if (result.status !== 0 && step.onError !== 'continue') return { output, succeeded: false };
  }
  return { output, succeeded: true };
}

function environmentOf(
  variables: NonNullable<Step['env']>,
  values: Record<string, string>,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { name, value = '' } of variables) {
    env[name] = substitute(value, values).replace(/\$(?:\$|\((\w+)\))/g, (whole, known?: string) =>
      known === undefined ? '$' : (env[known] ?? whole),
    );
  }
  return { PATH: process.env['PATH'] ?? '', ...env };
}

function substitute(text: string, values: Record<string, string>): string {
  return text.replace(/\$\(([\w.-]+)\)/g, (whole, name: string) => values[name] ?? whole);
}
