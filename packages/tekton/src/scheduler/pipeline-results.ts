import type { PipelineRunResult } from '../api/pipeline-run.ts';
import type { ParamValue } from '../api/schema.ts';
import { noReplacements, replaceValue } from '../substitution/replacements.ts';
import { parseResultRef } from '../substitution/results.ts';
import { variablesIn } from '../substitution/replacements.ts';
import { resolveResult } from './result-values.ts';
import type { PipelineScheduler } from './scheduler.ts';

/** The results of a run, and the names of those that refer to a result which a succeeded task did not write. */
export interface PipelineResults {
  results: PipelineRunResult[];
  invalid: string[];
}

/** Works out the pipeline's results; one that refers to a failed or skipped task is left out. */
export function pipelineResults(scheduler: PipelineScheduler): PipelineResults {
  const results: PipelineRunResult[] = [];
  const invalid: string[] = [];
  for (const { name, value } of scheduler.plan.spec.results ?? []) {
    const outcome = resultValue(scheduler, value);
    if (outcome === 'invalid') invalid.push(name);
    else if (outcome !== 'absent') results.push({ name, value: outcome.value });
  }
  return { results, invalid };
}

function resultValue(
  scheduler: PipelineScheduler,
  value: ParamValue,
): { value: ParamValue } | 'absent' | 'invalid' {
  const known = noReplacements();
  for (const ref of variablesOf(value).flatMap((name) => parseResultRef(name) ?? [])) {
    const planned = scheduler.plan.byName.get(ref.task);
    const child = planned && scheduler.states[planned.index]?.child;
    if (child?.state !== 'succeeded') return 'absent';
    const resolved = resolveResult(ref, child.results.get(ref.result), known);
    if (resolved.kind !== 'value') return 'invalid';
    if (ref.key !== undefined && !known.strings.has(ref.variable)) return 'invalid';
  }
  return { value: replaceValue(value, known) };
}

function variablesOf(value: ParamValue): string[] {
  const texts = typeof value === 'string' ? [value] : Object.values(value);
  return texts.flatMap(variablesIn);
}
