import { systemClock, type Clock, type ControllerDefinition, type ControllerManager } from '@armillary/kube';
import type { Engine } from '../engines/engine.ts';
import { jenkinsControllers } from '../engines/jenkins/jenkins-controllers.ts';
import { Outage } from '../engines/jenkins/outage.ts';
import { jenkinsDefaults, type JenkinsEngineOptions } from '../engines/jenkins/options.ts';
import { controllersWithoutJenkins } from '../engines/jenkins/without-jenkins.ts';
import type { TektonEngineOptions } from '../engines/tekton/start-run.ts';
import { DevOpsProjectController } from './devops-project.ts';
import { PipelineRunController } from './pipeline-run.ts';
import { PipelineController } from './pipeline.ts';

/** The settings of the controllers of KubeSphere DevOps. */
export interface PipelinesOptions extends TektonEngineOptions {
  /** Where the controllers will run: their caches and event recorders are its own. */
  readonly manager: ControllerManager;
  /** The engine of pipelines that name none: `tekton` unless told. */
  readonly defaultEngine?: Engine;
  /** The engine Jenkins. Without it, runs that ask for that engine fail with the reason EngineNotConfigured. */
  readonly jenkins?: JenkinsEngineOptions;
  readonly clock?: Clock;
}

/**
 * The controllers of DevOpsProject, Pipeline and PipelineRun, to be added to the manager before it starts.
 *
 * @example
 * for (const controller of pipelinesControllers({ manager })) manager.add(controller);
 */
export function pipelinesControllers(options: PipelinesOptions): ControllerDefinition[] {
  const { manager, defaultEngine = 'tekton', clock = systemClock, jenkins, ...engine } = options;
  const settings = { ...engine, defaultEngine, jenkins: jenkins !== undefined };
  const shared = { manager, recorder: manager.recorder('pipelines'), clock, outage: new Outage(clock) };
  const engineControllers =
    jenkins === undefined
      ? controllersWithoutJenkins({ ...shared, ...jenkinsDefaults })
      : jenkinsControllers({ ...jenkinsDefaults, ...jenkins, ...shared, defaultEngine });
  // The list forgets which kind each is for; the manager asks only for the parts that all have.
  return [
    new DevOpsProjectController(manager).definition(),
    new PipelineController(manager, settings).definition(),
    new PipelineRunController(manager, settings, clock).definition(),
    ...engineControllers,
  ] as unknown as ControllerDefinition[];
}
