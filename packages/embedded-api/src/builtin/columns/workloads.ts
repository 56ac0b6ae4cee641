import type { KubeObject } from '../../object.ts';
import type { TableColumn } from '../../served-resource.ts';
import { age, humanDuration } from '../../table/age.ts';
import { at, listAt, numberAt, objectAt, textAt } from '../read-field.ts';
import { ageColumn, count, field, formatLabels, nameColumn, text, wide } from './column.ts';
import { templateColumns } from './pods.ts';

const TEMPLATE = 'spec.template';
const ofTemplate = templateColumns(TEMPLATE, 'spec.selector');

const replicas = [
  nameColumn,
  count('Desired', 'spec.replicas'),
  count('Current', 'status.replicas'),
  count('Ready', 'status.readyReplicas'),
  ageColumn,
];

/** The first of these conditions that is true is the state of a job. */
const JOB_STATES: [string, string][] = [
  ['Complete', 'Complete'],
  ['Failed', 'Failed'],
];
const LATER_JOB_STATES: [string, string][] = [
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
];

const jobStatus = (job: KubeObject): string => {
  const holds = ([type]: [string, string]): boolean =>
    listAt(job, 'status.conditions').some((c) => c['type'] === type && c['status'] === 'True');
  const ended = JOB_STATES.find(holds);
  if (ended) return ended[1];
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return LATER_JOB_STATES.find(holds)?.[1] ?? 'Running';
};

const completions = (job: KubeObject): string => {
  const succeeded = numberAt(job, 'status.succeeded');
  const wanted = at(job, 'spec.completions');
  const parallelism = numberAt(job, 'spec.parallelism');
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
};

const jobDuration = (job: KubeObject, now: Date): string => {
  const start = Date.parse(textAt(job, 'status.startTime'));
  const end = Date.parse(textAt(job, 'status.completionTime'));
  if (Number.isNaN(start)) return '';
  return humanDuration((Number.isNaN(end) ? now.getTime() : end) - start);
};

/** `cpu: 10%/80%`; kinds of metrics other than resources are named without their values. */
const hpaTargets = (hpa: KubeObject): string => {
  const current = listAt(hpa, 'status.currentMetrics');
  const targets = listAt(hpa, 'spec.metrics').map((metric, index) => {
    if (metric['type'] !== 'Resource') return textAt(metric, 'type').toLowerCase();
    const now = objectAt(current[index], 'resource.current');
    const target = objectAt(metric, 'resource.target');
    const percent = textAt(target, 'averageUtilization');
    const is = percent === '' ? textAt(now, 'averageValue') : textAt(now, 'averageUtilization');
    const unit = percent === '' ? '' : '%';
    const wanted = percent || textAt(target, 'averageValue', '<auto>');
    return `${textAt(metric, 'resource.name')}: ${is === '' ? '<unknown>' : is + unit}/${wanted}${unit}`;
  });
  return (
    targets.slice(0, 2).join(', ') + (targets.length > 2 ? ` + ${targets.length - 2} more...` : '') ||
    '<none>'
  );
};

/** The columns of workloads, by kind and group. */
export const workloadColumns: Record<string, TableColumn[]> = {
  'ReplicationController.': [
    ...replicas,
    ...templateColumns(TEMPLATE),
    wide('Selector', (rc) => formatLabels(objectAt(rc, 'spec.selector'))),
  ],
  'ReplicaSet.apps': [...replicas, ...ofTemplate],
  'Deployment.apps': [
    nameColumn,
    text('Ready', (d) => `${numberAt(d, 'status.readyReplicas')}/${numberAt(d, 'spec.replicas')}`),
    text('Up-to-date', (d) => numberAt(d, 'status.updatedReplicas')),
    text('Available', (d) => numberAt(d, 'status.availableReplicas')),
    ageColumn,
    ...ofTemplate,
  ],
  'StatefulSet.apps': [
    nameColumn,
    text('Ready', (s) => `${numberAt(s, 'status.readyReplicas')}/${numberAt(s, 'spec.replicas')}`),
    ageColumn,
    ...templateColumns(TEMPLATE),
  ],
  'DaemonSet.apps': [
    nameColumn,
    count('Desired', 'status.desiredNumberScheduled'),
    count('Current', 'status.currentNumberScheduled'),
    count('Ready', 'status.numberReady'),
    count('Up-to-date', 'status.updatedNumberScheduled'),
    count('Available', 'status.numberAvailable'),
    text('Node Selector', (d) => formatLabels(objectAt(d, 'spec.template.spec.nodeSelector'))),
    ageColumn,
    ...ofTemplate,
  ],
  'Job.batch': [
    nameColumn,
    text('Status', jobStatus),
    text('Completions', completions),
    text('Duration', jobDuration),
    ageColumn,
    ...ofTemplate,
  ],
  'CronJob.batch': [
    nameColumn,
    field('Schedule', 'spec.schedule'),
    field('Timezone', 'spec.timeZone', '<none>'),
    text('Suspend', (c) => (at(c, 'spec.suspend') === true ? 'True' : 'False')),
    text('Active', (c) => listAt(c, 'status.active').length, { type: 'integer' }),
    text('Last Schedule', (c, now) => {
      const last = textAt(c, 'status.lastScheduleTime');
      return last === '' ? '<none>' : age(last, now);
    }),
    ageColumn,
    ...templateColumns('spec.jobTemplate.spec.template', 'spec.jobTemplate.spec.selector'),
  ],
  'HorizontalPodAutoscaler.autoscaling': [
    nameColumn,
    text(
      'Reference',
      (h) => `${textAt(h, 'spec.scaleTargetRef.kind')}/${textAt(h, 'spec.scaleTargetRef.name')}`,
    ),
    text('Targets', hpaTargets),
    text('MinPods', (h) => textAt(h, 'spec.minReplicas', '<unset>')),
    count('MaxPods', 'spec.maxReplicas'),
    count('Replicas', 'status.currentReplicas'),
    ageColumn,
  ],
  'ControllerRevision.apps': [
    nameColumn,
    text('Controller', (r) => {
      const owner = r.metadata.ownerReferences?.find((o) => o.controller === true);
      const group = owner?.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0] ?? ''}` : '';
      return owner ? `${owner.kind.toLowerCase()}${group}/${owner.name}` : '<none>';
    }),
    count('Revision', 'revision'),
    ageColumn,
  ],
  'PodTemplate.': [
    nameColumn,
    ...templateColumns('template').map((column) => ({ ...column, priority: 0 })),
    text('Pod Labels', (p) => formatLabels(objectAt(p, 'template.metadata.labels'))),
  ],
};
