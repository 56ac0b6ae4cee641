import { ownerReference, type Container, type Pod } from '@armillary/kube';
import {
  inheritedAnnotations,
  label,
  managedByLabelValue,
  podName,
  type Step,
  stepContainerName,
  type TaskRun,
} from '@armillary/tekton';

/** The taint of our node, which nothing but our own pods tolerates. */
export const runnerTaint = 'armillary.dev/tekton-runner';

/** Where the pod is to appear. */
export interface PodPlace {
  nodeName: string;
  /** Which attempt, from 0. */
  attempt: number;
}

/**
 * The Pod of a TaskRun with the names, labels and owner that Tekton gives it. It names no volumes: the runner itself
 * fills workspaces, and nothing else in a cluster should attach or provision anything for them.
 */
export function podFor(run: TaskRun, steps: readonly Step[], { nodeName, attempt }: PodPlace): Pod {
  const { name = '', namespace = '', uid = '' } = run.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(name, attempt),
      namespace,
      labels: {
        ...run.metadata.labels,
        [label.managedBy]: managedByLabelValue,
        [label.taskRun]: name,
        [label.taskRunUid]: uid,
      },
      annotations: inheritedAnnotations(run.metadata.annotations),
      ownerReferences: [ownerReference(run, { controller: true })],
    },
    spec: {
      nodeName,
      restartPolicy: 'Never',
      serviceAccountName: run.spec.serviceAccountName ?? 'default',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ key: runnerTaint, operator: 'Exists' }],
      containers: steps.map(container),
    },
  };
}

function container(step: Step, index: number): Container {
  const name = stepContainerName(step.name, index);
  const command = step.script === undefined ? step.command : [`/tekton/scripts/${name}`];
  return {
    name,
    image: step.image ?? '',
    ...(command !== undefined && command.length > 0 && { command }),
    ...(step.args !== undefined && step.args.length > 0 && { args: step.args }),
    ...(step.workingDir !== undefined && step.workingDir !== '' && { workingDir: step.workingDir }),
    ...(step.env !== undefined && step.env.length > 0 && { env: step.env }),
    terminationMessagePath: '/tekton/termination',
  };
}
