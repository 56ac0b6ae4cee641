import type { PipelineRun } from '../api/objects.ts';
import type { PipelineSpec, PipelineTask } from '../api/pipeline.ts';
import { defaultPipelineSpec } from '../defaults.ts';
import { pipelineTaskFields, taskFields } from '../substitution/fields.ts';
import { paramReplacements, setContext } from '../substitution/params.ts';
import {
  copyReplacements,
  replaceValue,
  type Replacements,
  spellings,
} from '../substitution/replacements.ts';
import { substitute } from '../substitution/substitute.ts';

/**
 * The pipeline as this run executes it: defaults filled in; parameters, context and workspace variables replaced.
 * This is what `status.pipelineSpec` shows.
 * @param pipelineName the name of the Pipeline, or of the run when the pipeline is written inside it
 */
export function applyRun(spec: PipelineSpec, run: PipelineRun, pipelineName: string): PipelineSpec {
  const defaulted = defaultPipelineSpec(spec);
  const values = paramReplacements(defaulted.params, run.spec.params, 'replaced');
  setContext(values, {
    pipelineRun: {
      name: run.metadata.name ?? '',
      namespace: run.metadata.namespace ?? '',
      uid: run.metadata.uid ?? '',
    },
    pipeline: { name: pipelineName },
  });
  for (const { name } of defaulted.workspaces ?? []) {
    const bound = (run.spec.workspaces ?? []).some((binding) => binding.name === name);
    for (const key of spellings('workspaces', name)) values.strings.set(`${key}.bound`, String(bound));
  }
  const tasks = (list: PipelineTask[]) => list.map((task) => applyToTask(task, values));
  return {
    ...defaulted,
    ...(defaulted.tasks && { tasks: tasks(defaulted.tasks) }),
    ...(defaulted.finally && { finally: tasks(defaulted.finally) }),
    ...(defaulted.results && {
      results: defaulted.results.map((result) => ({ ...result, value: replaceValue(result.value, values) })),
    }),
  };
}

function applyToTask(task: PipelineTask, values: Replacements): PipelineTask {
  const own: Replacements = copyReplacements(values);
  own.strings.set('context.pipelineTask.retries', String(task.retries ?? 0));
  const applied = substitute(task, pipelineTaskFields, own);
  if (applied.taskSpec === undefined) return applied;
  // Parameters reach into embedded tasks; where the task is given one of the same name, that one wins.
  for (const { name, value } of applied.params ?? []) {
    const keys = spellings('params', name);
    const isKnown = keys.some(
      (key) => values.strings.has(key) || values.arrays.has(key) || values.objects.has(key),
    );
    if (!isKnown) continue;
    const given = paramReplacements([], [{ name, value }]);
    for (const key of keys) {
      own.strings.delete(key);
      own.arrays.delete(key);
      own.objects.delete(key);
    }
    for (const [key, text] of given.strings) own.strings.set(key, text);
    for (const [key, items] of given.arrays) own.arrays.set(key, items);
    for (const [key, fields] of given.objects) own.objects.set(key, fields);
  }
  return { ...applied, taskSpec: substitute(applied.taskSpec, taskFields, own) };
}
