import type { PipelineRun, TaskRun } from '../api/objects.ts';
import { tektonApiVersion } from '../api/objects.ts';
import type { EmbeddedTask, PipelineTask } from '../api/pipeline.ts';
import type { TaskSpec } from '../api/task.ts';
import type { WorkspaceBinding } from '../api/workspace.ts';
import { defaultServiceAccount, defaultTimeoutMs } from '../defaults.ts';
import { formatDuration, parseDuration } from '../duration.ts';
import { inheritedAnnotations, label, managedByLabelValue, onErrorAnnotation } from '../labels.ts';
import { taskRunName, templateClaimName } from '../names.ts';
import { taskFields, workspaceFields } from '../substitution/fields.ts';
import { paramReplacements } from '../substitution/params.ts';
import { variablesIn } from '../substitution/replacements.ts';
import { substitute, textsOf } from '../substitution/substitute.ts';

/** What a TaskRun inherits from its place. */
export interface TaskRunOrigin {
  run: PipelineRun;
  /** The name of the Pipeline, or of the run when the pipeline is written inside it. */
  pipelineName: string;
  final: boolean;
}

/** The TaskRun that runs a pipeline task; all variables of the task must have been replaced. */
export function taskRunFor(task: PipelineTask, { run, pipelineName, final }: TaskRunOrigin): TaskRun {
  const name = task.name ?? '';
  const runName = run.metadata.name ?? '';
  const special = run.spec.taskRunSpecs?.find(({ pipelineTaskName }) => pipelineTaskName === name);
  const template = run.spec.taskRunTemplate ?? {};
  const timeout = special?.timeout ?? task.timeout;
  const workspaces = workspacesOf(task, run);
  const podTemplate = special?.podTemplate ?? template.podTemplate;
  const embedded = task.taskSpec?.metadata;
  return {
    apiVersion: tektonApiVersion,
    kind: 'TaskRun',
    metadata: {
      name: taskRunName(runName, name),
      ...(run.metadata.namespace !== undefined && { namespace: run.metadata.namespace }),
      labels: {
        ...run.metadata.labels,
        ...embedded?.labels,
        ...special?.metadata?.labels,
        [label.managedBy]: managedByLabelValue,
        [label.memberOf]: final ? 'finally' : 'tasks',
        [label.pipeline]: pipelineLabel(run, pipelineName),
        [label.pipelineRun]: runName,
        [label.pipelineRunUid]: run.metadata.uid ?? '',
        [label.pipelineTask]: name,
        ...(task.taskRef?.name !== undefined && { [label.task]: task.taskRef.name }),
      },
      annotations: {
        ...inheritedAnnotations(run.metadata.annotations),
        ...embedded?.annotations,
        ...special?.metadata?.annotations,
        ...(task.onError !== undefined && { [onErrorAnnotation]: task.onError }),
      },
      ownerReferences: [
        {
          apiVersion: tektonApiVersion,
          kind: 'PipelineRun',
          name: runName,
          uid: run.metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      ...(task.params !== undefined && task.params.length > 0 && { params: task.params }),
      serviceAccountName: special?.serviceAccountName ?? template.serviceAccountName ?? defaultServiceAccount,
      ...(task.taskRef && { taskRef: task.taskRef }),
      ...(task.taskSpec && { taskSpec: plainTask(task.taskSpec) }),
      ...(task.retries !== undefined && task.retries > 0 && { retries: task.retries }),
      timeout: formatDuration(timeout === undefined ? defaultTimeoutMs : parseDuration(timeout)),
      ...(podTemplate && { podTemplate }),
      ...(workspaces.length > 0 && { workspaces }),
      ...(special?.stepSpecs && { stepSpecs: special.stepSpecs }),
      ...(special?.sidecarSpecs && { sidecarSpecs: special.sidecarSpecs }),
      ...(special?.computeResources && { computeResources: special.computeResources }),
      ...(run.spec.managedBy !== undefined && { managedBy: run.spec.managedBy }),
    },
  };
}

/**
 * The value of the label `tekton.dev/pipeline`: a pipeline written inside a run has the run's name; of a generated
 * name Tekton takes the part that was given.
 */
export function pipelineLabel(run: PipelineRun, pipelineName: string): string {
  const generated = run.spec.pipelineSpec === undefined ? undefined : run.metadata.generateName;
  return generated === undefined ? pipelineName : generated.replace(/-+$/, '');
}

function plainTask(embedded: EmbeddedTask): TaskSpec {
  const { apiVersion: _version, kind: _kind, spec: _spec, metadata: _metadata, ...task } = embedded;
  return task;
}

/** The bindings that the task names, and those that its embedded steps mention by name. */
function workspacesOf(task: PipelineTask, run: PipelineRun): WorkspaceBinding[] {
  const bindings = new Map((run.spec.workspaces ?? []).map((binding) => [binding.name, binding]));
  const found = new Map<string, WorkspaceBinding>();
  for (const { name, workspace, subPath } of task.workspaces ?? []) {
    const binding = bindings.get(workspace ?? name);
    if (binding !== undefined) found.set(name, { ...withSubPath(binding, subPath), name });
  }
  if (task.taskSpec !== undefined) {
    for (const name of workspacesMentioned(task.taskSpec)) {
      const binding = bindings.get(name);
      if (binding !== undefined && !found.has(name)) found.set(name, binding);
    }
  }
  const values = paramReplacements(run.spec.pipelineSpec?.params, run.spec.params);
  values.strings.set('context.pipelineRun.name', run.metadata.name ?? '');
  return [...found.values()].map((binding) => substitute(claimed(binding, run), workspaceFields, values));
}

/** A claim made from a template is one claim for all tasks of the run. */
function claimed(binding: WorkspaceBinding, run: PipelineRun): WorkspaceBinding {
  const { volumeClaimTemplate, ...rest } = binding;
  if (volumeClaimTemplate === undefined) return binding;
  const source = run.spec.workspaces?.find(
    (candidate) => candidate.volumeClaimTemplate === volumeClaimTemplate,
  );
  const claimName = templateClaimName(run.metadata.uid ?? '', source?.name ?? binding.name);
  return { ...rest, persistentVolumeClaim: { claimName } };
}

function withSubPath(binding: WorkspaceBinding, subPath: string | undefined): WorkspaceBinding {
  if (subPath === undefined) return binding;
  return { ...binding, subPath: binding.subPath === undefined ? subPath : `${binding.subPath}/${subPath}` };
}

/** The names of workspaces whose variables a task uses. */
export function workspacesMentioned(task: TaskSpec): Set<string> {
  const variables = textsOf(task, taskFields).flatMap(variablesIn);
  return new Set(variables.flatMap((name) => /^workspaces\.([^.]+)\./.exec(name)?.[1] ?? []));
}
