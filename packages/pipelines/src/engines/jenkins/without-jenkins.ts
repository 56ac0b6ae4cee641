import { NotReadyError } from '@armillary/jenkins-client';
import type { ControllerDefinition, KubeObject } from '@armillary/kube';
import { devopsProjectKind } from '../../kinds/devops-project.ts';
import { pipelineRunKind } from '../../kinds/pipeline-run.ts';
import { pipelineKind } from '../../kinds/pipeline.ts';
import { JenkinsCopy, type JenkinsCopyOptions } from './jenkins-copy.ts';
import { jenkinsAnnotation, jenkinsFinalizer, sync } from './metadata.ts';
import type { CopyEngine } from './options.ts';

/**
 * Lets deleted objects go whose copies are in a Jenkins that this program is not given any more: after the time that a
 * deletion waits for Jenkins, with an event. Only objects that this engine held; KubeSphere's own controllers use the
 * same finalizers. Not Secrets: without a Jenkins there is no reason to read those of a whole cluster.
 */
export function controllersWithoutJenkins(engine: CopyEngine): ControllerDefinition[] {
  return [
    letGo('project', { type: devopsProjectKind, finalizer: jenkinsFinalizer.project, sync: sync.project }),
    letGo('pipeline', { type: pipelineKind, finalizer: jenkinsFinalizer.pipeline, sync: sync.pipeline }),
    letGo('run', { type: pipelineRunKind, finalizer: jenkinsFinalizer.run, sync: sync.run }),
  ];

  function letGo<T extends KubeObject>(name: string, options: JenkinsCopyOptions<T>): ControllerDefinition {
    const objects = engine.manager.informer<T>(options.type);
    const copy = new JenkinsCopy<T>(engine, options);
    const isHeld = ({ metadata }: KubeObject): boolean =>
      metadata.deletionTimestamp !== undefined &&
      metadata.annotations?.[jenkinsAnnotation.heldBy] !== undefined;
    return {
      name: `without-jenkins-${name}`,
      for: options.type,
      predicates: [({ after }) => after !== undefined && isHeld(after)],
      reconcile: async (key, context) => {
        const object = objects.get(key.name, key.namespace);
        if (object === undefined || !isHeld(object)) return;
        return copy.release(object, context, () => {
          const where = object.metadata.annotations?.[jenkinsAnnotation.heldBy] ?? '';
          throw new NotReadyError(`No Jenkins is configured; the copy is in ${where}.`);
        });
      },
    };
  }
}
