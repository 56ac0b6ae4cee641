import type { Pipeline, PipelineSpec } from '../kinds/pipeline.ts';
import { annotation } from '../kinds/metadata.ts';

/** What can run pipelines. */
export const ENGINES = ['jenkins', 'tekton'] as const;

/** The name of an engine. */
export type Engine = (typeof ENGINES)[number];

/**
 * The engine that was asked for, as written, whether it exists or not: the run's snapshot says first, then the
 * Pipeline, then its annotation, then the platform.
 */
export function wantedEngine(
  pipeline: Pipeline | undefined,
  snapshot: PipelineSpec | undefined,
  platform: Engine,
): string {
  return (
    snapshot?.engine?.type ??
    pipeline?.spec.engine?.type ??
    pipeline?.metadata.annotations?.[annotation.engine] ??
    platform
  );
}
