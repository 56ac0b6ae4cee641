/** Labels and annotations that Tekton puts on the objects it creates (docs/labels.md of tektoncd/pipeline). */
export const label = {
  managedBy: 'app.kubernetes.io/managed-by',
  memberOf: 'tekton.dev/memberOf',
  pipeline: 'tekton.dev/pipeline',
  pipelineRun: 'tekton.dev/pipelineRun',
  pipelineRunUid: 'tekton.dev/pipelineRunUID',
  pipelineTask: 'tekton.dev/pipelineTask',
  task: 'tekton.dev/task',
  taskRun: 'tekton.dev/taskRun',
  taskRunUid: 'tekton.dev/taskRunUID',
} as const;

/** The value of the `app.kubernetes.io/managed-by` label, also the default of Tekton's configuration. */
export const managedByLabelValue = 'tekton-pipelines';

/** On a TaskRun whose pipeline task says `onError: continue`: its failure is reported as FailureIgnored. */
export const onErrorAnnotation = 'pipeline.tekton.dev/pipeline-task-on-error';

/** kubectl's own record of what was applied must not travel to children. */
const privateAnnotations = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

/** The annotations of a parent that its children inherit. */
export function inheritedAnnotations(annotations: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !privateAnnotations.has(key)));
}
