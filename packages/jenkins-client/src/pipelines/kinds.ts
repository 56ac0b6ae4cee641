import type { Group } from './config/group.ts';
import { DEFINITIONS, inlinePipeline, JOB_CLASS, JOB_ROOT, scmPipeline } from './config/job.ts';
import { MULTIBRANCH_CLASS, multibranchPipeline } from './config/multibranch.ts';
import { given } from './given.ts';
import type { PipelineSpec } from './spec.ts';

/** The settings of one kind of pipeline, and how Jenkins knows it. */
export interface PipelineKind {
  /** The class to create it by. */
  readonly javaClass: string;
  /** The root element of its configuration. */
  readonly root: string;
  readonly settings: Group<object>;
  /** The class of its definition, and what a new one holds; multibranch pipelines have none. */
  readonly definition?: { readonly javaClass: string; readonly blank: Readonly<Record<string, string>> };
}

/** Every kind of pipeline. */
export const PIPELINE_KINDS: Readonly<Record<PipelineSpec['kind'], PipelineKind>> = {
  inline: {
    javaClass: JOB_CLASS,
    root: JOB_ROOT,
    settings: inlinePipeline as unknown as Group<object>,
    definition: DEFINITIONS.inline,
  },
  scm: {
    javaClass: JOB_CLASS,
    root: JOB_ROOT,
    settings: scmPipeline as unknown as Group<object>,
    definition: DEFINITIONS.scm,
  },
  multibranch: {
    javaClass: MULTIBRANCH_CLASS,
    root: MULTIBRANCH_CLASS,
    settings: multibranchPipeline as unknown as Group<object>,
  },
};

/**
 * A specification with every absent setting at the top level made explicit. Applied with `merge`, it also takes back
 * what others set of these.
 */
export function completeSpec<S extends PipelineSpec>(spec: S): S {
  return { ...PIPELINE_KINDS[spec.kind].settings.defaults, ...given(spec) };
}
