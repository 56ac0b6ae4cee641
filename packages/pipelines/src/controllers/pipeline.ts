import type {
  ControllerDefinition,
  ControllerManager,
  Informer,
  ObjectKey,
  ReconcileContext,
} from '@armillary/kube';
import { pipelineKind, type Pipeline } from '../kinds/pipeline.ts';
import type { RunSettings } from './decide-run.ts';
import { annotate } from './patch-object.ts';
import { validationAnnotations } from './validate-pipeline.ts';

/** Tells on every Pipeline of the Tekton engine whether its Jenkinsfile can run. */
export class PipelineController {
  readonly #pipelines: Informer<Pipeline>;
  readonly #settings: RunSettings;

  constructor(manager: ControllerManager, settings: RunSettings) {
    this.#pipelines = manager.informer(pipelineKind);
    this.#settings = settings;
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<Pipeline> {
    return {
      name: 'pipeline',
      for: pipelineKind,
      reconcile: (key, context) => this.#reconcile(key, context),
    };
  }

  async #reconcile({ namespace, name }: ObjectKey, context: ReconcileContext): Promise<void> {
    const pipeline = this.#pipelines.get(name, namespace);
    if (pipeline === undefined || pipeline.metadata.deletionTimestamp !== undefined) return;
    const annotations = validationAnnotations(pipeline, this.#settings);
    // No resource version: a newer Pipeline leads to another reconcile, and runs move the counter all the time.
    await annotate<Pipeline>(pipelineKind, pipeline, annotations, context);
  }
}
