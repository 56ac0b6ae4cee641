import { defineKind, type PrinterColumn } from '@armillary/resource';
import type { TObject } from 'typebox';
import { PipelineObject, PipelineRunObject, TaskObject, TaskRunObject } from './api/objects.ts';

const succeeded = '.status.conditions[?(@.type=="Succeeded")]';

/** What `kubectl get` shows of a run, as with Tekton's own CRDs. */
const runColumns: PrinterColumn[] = [
  { name: 'Succeeded', type: 'string', jsonPath: `${succeeded}.status` },
  { name: 'Reason', type: 'string', jsonPath: `${succeeded}.reason` },
  { name: 'StartTime', type: 'date', jsonPath: '.status.startTime' },
  { name: 'CompletionTime', type: 'date', jsonPath: '.status.completionTime' },
];

function version<Schema extends TObject>(schema: Schema) {
  return { name: 'v1', served: true, storage: true, schema } as const;
}

const place = {
  group: 'tekton.dev',
  scope: 'Namespaced',
  categories: ['tekton', 'tekton-pipelines'],
} as const;

/** tekton.dev/v1 Task. */
export const taskKind = defineKind({
  ...place,
  kind: 'Task',
  plural: 'tasks',
  versions: [version(TaskObject)],
});

/** tekton.dev/v1 Pipeline. */
export const pipelineKind = defineKind({
  ...place,
  kind: 'Pipeline',
  plural: 'pipelines',
  versions: [version(PipelineObject)],
});

/** tekton.dev/v1 TaskRun, with the status subresource. */
export const taskRunKind = defineKind({
  ...place,
  kind: 'TaskRun',
  plural: 'taskruns',
  shortNames: ['tr', 'trs'],
  versions: [
    { ...version(TaskRunObject), subresources: { status: {} }, additionalPrinterColumns: runColumns },
  ],
});

/** tekton.dev/v1 PipelineRun, with the status subresource. KubeSphere has a kind of the same name elsewhere. */
export const pipelineRunKind = defineKind({
  ...place,
  kind: 'PipelineRun',
  plural: 'pipelineruns',
  shortNames: ['pr', 'prs'],
  versions: [
    { ...version(PipelineRunObject), subresources: { status: {} }, additionalPrinterColumns: runColumns },
  ],
});

/** The kinds of tekton.dev that Armillary serves; `crd()` of each gives what to apply. */
export const tektonKinds = [taskKind, pipelineKind, taskRunKind, pipelineRunKind] as const;
