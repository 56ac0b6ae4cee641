import type { PipelineRun } from '../kinds/pipeline-run.ts';
import { RunFailure } from './failure.ts';

/** The parameters of a run by their names. Throws RunFailure for a name that is there twice. */
export function givenParameters(run: PipelineRun): Record<string, string> {
  const given: Record<string, string> = {};
  for (const { name, value } of run.spec.parameters ?? []) {
    if (Object.hasOwn(given, name))
      throw new RunFailure('InvalidParameters', `The parameter "${name}" is given twice.`);
    Object.defineProperty(given, name, { value, enumerable: true });
  }
  return given;
}
