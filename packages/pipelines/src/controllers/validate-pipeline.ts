import { wantedEngine } from '../engines/engine.ts';
import { RunFailure } from '../engines/failure.ts';
import { convertSpec, refusalMessage } from '../engines/tekton/start-run.ts';
import { annotation } from '../kinds/metadata.ts';
import type { Pipeline } from '../kinds/pipeline.ts';
import type { RunSettings } from './decide-run.ts';

/**
 * The annotations that tell whether a Pipeline can run on Tekton; null takes one away.
 * Nothing for pipelines of other engines: on those somebody else answers for the same annotation.
 */
export function validationAnnotations(
  pipeline: Pipeline,
  settings: RunSettings,
): Record<string, string | null> {
  if (wantedEngine(pipeline, undefined, settings.defaultEngine) !== 'tekton') return {};
  const problem = problemOf(pipeline);
  return {
    [annotation.jenkinsfileValidate]: problem === null ? 'success' : 'failure',
    [annotation.jenkinsfileErrors]: problem,
  };
}

function problemOf({ spec, metadata }: Pipeline): string | null {
  const { namespace = '', name = '' } = metadata;
  try {
    const conversion = convertSpec(spec, { jobName: `${namespace}/${name}`, buildNumber: 1 });
    return conversion.spec === undefined ? refusalMessage(conversion) : null;
  } catch (error) {
    if (error instanceof RunFailure) return error.message;
    throw error;
  }
}
