import {
  addFinalizer,
  coreV1,
  hasFinalizer,
  isAlreadyExists,
  isNotFound,
  removeFinalizer,
  type ControllerDefinition,
  type ControllerManager,
  type EventRecorder,
  type Informer,
  type KubeObject,
  type ObjectKey,
  type ReconcileContext,
} from '@armillary/kube';
import { devopsProjectKind, type DevOpsProject } from '../kinds/devops-project.ts';
import { PROJECT_FINALIZER } from '../kinds/metadata.ts';
import { decideProject, type ProjectDecision } from './decide-project.ts';

/** Gives every DevOpsProject its namespace, and takes it away with the project. */
export class DevOpsProjectController {
  readonly #projects: Informer<DevOpsProject>;
  readonly #namespaces: Informer;
  readonly #recorder: EventRecorder;

  constructor(manager: ControllerManager) {
    this.#projects = manager.informer(devopsProjectKind);
    this.#namespaces = manager.informer<KubeObject>(coreV1.namespaces);
    this.#recorder = manager.recorder('pipelines');
  }

  /** The definition to add to the manager. */
  definition(): ControllerDefinition<DevOpsProject> {
    return {
      name: 'devopsproject',
      for: devopsProjectKind,
      owns: [coreV1.namespaces],
      reconcile: (key, context) => this.#reconcile(key, context),
    };
  }

  async #reconcile({ name }: ObjectKey, context: ReconcileContext): Promise<void> {
    const project = this.#projects.get(name);
    if (project === undefined) return;
    await this.#carryOut(decideProject(project, this.#namespaces.get(name)), project, context);
  }

  async #carryOut(
    decision: ProjectDecision,
    project: DevOpsProject,
    { client, signal }: ReconcileContext,
  ): Promise<void> {
    const { name = '', resourceVersion } = project.metadata;
    const projects = client.resource<DevOpsProject>(devopsProjectKind);
    const namespaces = client.resource<KubeObject>(coreV1.namespaces);
    const setFinalizers = async (wanted: DevOpsProject): Promise<void> => {
      const metadata = { resourceVersion, finalizers: wanted.metadata.finalizers ?? [] };
      await projects.patch(name, { type: 'merge', body: { metadata }, signal });
    };
    switch (decision.do) {
      case 'nothing':
        return;
      case 'add-finalizer':
        return setFinalizers(addFinalizer(project, PROJECT_FINALIZER));
      case 'remove-finalizer':
        if (hasFinalizer(project, PROJECT_FINALIZER))
          await setFinalizers(removeFinalizer(project, PROJECT_FINALIZER));
        return;
      case 'create-namespace':
        try {
          await namespaces.create(decision.namespace, { signal });
        } catch (error) {
          if (!isAlreadyExists(error)) throw error;
        }
        return;
      case 'delete-namespace':
        try {
          await namespaces.delete(name, { preconditions: { uid: decision.uid }, signal });
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
        return;
      case 'label-namespace':
        await namespaces.patch(name, {
          type: 'merge',
          body: { metadata: { labels: decision.labels } },
          signal,
        });
        return;
      case 'tell-conflict':
        this.#recorder.event(project, 'Warning', 'NamespaceConflict', decision.message);
        return;
      default:
        await projects.patch(name, { type: 'merge', body: { status: { adminNamespace: name } }, signal });
        this.#recorder.event(
          project,
          'Normal',
          'NamespaceReady',
          `The namespace ${name} is ready for pipelines.`,
        );
    }
  }
}
