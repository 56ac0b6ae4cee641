import {
  BuildRef,
  isJenkinsError,
  type Build,
  type InputDescription,
  type ItemPath,
  type Jenkins,
} from '@armillary/jenkins-client';
import type { StageState } from '../../stage-state.ts';
import { blueNodes, type BlueNode } from '../blue-ocean/blue-nodes.ts';
import { isRefusal } from '../failure.ts';
import { stageStates } from './stage-states.ts';

/** What is read of a build beside its state. */
export interface BuildDetails {
  readonly build: Build;
  readonly stages: readonly StageState[];
  /** The same stages, with their steps, as KubeSphere's console reads them. */
  readonly nodes: readonly BlueNode[];
  /** Whether they were read after the build's end, and so for the last time. */
  readonly final: boolean;
}

/**
 * Reads the causes, commits, stages, steps and inputs of a build: three requests, four while it waits for input. A build
 * of a server that tells no stages has none; so has, unless this is `strict`, one whose stages Jenkins fails to tell.
 */
export async function readDetails(
  jenkins: Jenkins,
  job: ItemPath,
  number: number,
  strict: boolean,
  signal: AbortSignal,
): Promise<BuildDetails> {
  const ref = new BuildRef(jenkins.connection, job, number);
  // The state first: what ends between the requests is read once more.
  const build = await ref.get({ signal });
  const final = !build.building;
  try {
    const [stages, steps] = await Promise.all([ref.stages({ signal }), ref.steps({ signal })]);
    const waits = build.waitingForInput || steps.some(({ inputId }) => inputId !== undefined);
    const inputs: readonly InputDescription[] = waits && !final ? await ref.inputs({ signal }) : [];
    const nodes = blueNodes(stages, steps, inputs);
    const errors = steps.flatMap(({ id, error }) => (error === undefined ? [] : [[id, error] as const]));
    return { build, nodes, stages: stageStates(nodes, new Map(errors)), final };
  } catch (error) {
    if (!isJenkinsError(error, 'Unsupported') && (strict || !isRefusal(error))) throw error;
    return { build, nodes: [], stages: [], final };
  }
}
