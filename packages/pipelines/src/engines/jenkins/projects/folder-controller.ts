import {
  coreV1,
  type ControllerDefinition,
  type Informer,
  type KubeObject,
  type ObjectKey,
  type ReconcileContext,
  type ReconcileResult,
} from '@armillary/kube';
import { devopsProjectKind, type DevOpsProject } from '../../../kinds/devops-project.ts';
import { JenkinsCopy, StillThere } from '../jenkins-copy.ts';
import { jenkinsFinalizer, sync } from '../metadata.ts';
import type { JenkinsEngine } from '../options.ts';
import { ensureFolder, folderEnd } from './project-folder.ts';

/** Gives every DevOpsProject a folder of its name in Jenkins, and takes it away with the project. */
export class FolderController {
  readonly #engine: JenkinsEngine;
  readonly #projects: Informer<DevOpsProject>;
  readonly #namespaces: Informer;
  readonly #copy: JenkinsCopy<DevOpsProject>;

  constructor(engine: JenkinsEngine) {
    this.#engine = engine;
    this.#projects = engine.manager.informer(devopsProjectKind);
    this.#namespaces = engine.manager.informer<KubeObject>(coreV1.namespaces);
    this.#copy = new JenkinsCopy(engine, {
      type: devopsProjectKind,
      finalizer: jenkinsFinalizer.project,
      sync: sync.project,
    });
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<DevOpsProject> {
    return {
      name: 'jenkins-folder',
      for: devopsProjectKind,
      reconcile: (key, context) => this.#reconcile(key, context),
    };
  }

  async #reconcile({ name }: ObjectKey, context: ReconcileContext): Promise<ReconcileResult | void> {
    const project = this.#projects.get(name);
    if (project === undefined) return;
    if (project.metadata.deletionTimestamp !== undefined)
      return this.#copy.release(project, context, (signal) => this.#remove(project, signal));
    return this.#copy.keep(project, name, context, async (_held, signal) => {
      await ensureFolder(this.#engine.jenkins, name, signal);
      return { status: 'successful' };
    });
  }

  async #remove(project: DevOpsProject, signal: AbortSignal): Promise<void> {
    const { jenkins, recorder } = this.#engine;
    const { name = '' } = project.metadata;
    if ((await folderEnd(jenkins, name, signal)) === 'delete') {
      await jenkins.folders.delete([name], { signal });
      return;
    }
    // The jobs of the project's own Pipelines go with its namespace; what is left then is somebody else's.
    if (this.#namespaces.get(name) !== undefined)
      throw new StillThere(`Pipelines of the project are still in the folder ${name}.`);
    const message = `The folder ${name} was there before the project and holds other items; it is left in Jenkins.`;
    recorder.event(project, 'Warning', 'LeftInJenkins', message);
  }
}
