import { isDeepStrictEqual } from 'node:util';
import type { Strategy } from '../../served-resource.ts';
import type { StatusCause } from '../../status-error.ts';
import { at, objectAt, textAt } from '../read-field.ts';
import { immutable, invalidValue, required } from './field-error.ts';
import { notNegative, oneOf } from './format-check.ts';
import { defaultPodSpec, fill, fillZero } from './pod-defaults.ts';
import { validatePodSpec } from './pod-validation.ts';

type Json = Record<string, unknown>;

const jobDefaults = (spec: Json): void => {
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  fill(spec, { parallelism: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false });
  fill(spec, { podReplacementPolicy: at(spec, 'podFailurePolicy') ? 'Failed' : 'TerminatingOrFailed' });
  defaultPodSpec(objectAt(spec, 'template.spec'));
};

const jobSpec = (spec: Json, path: string): StatusCause[] => {
  const template = objectAt(spec, 'template.spec');
  const restart = template['restartPolicy'];
  return [
    ...[
      'parallelism',
      'completions',
      'activeDeadlineSeconds',
      'backoffLimit',
      'ttlSecondsAfterFinished',
    ].flatMap((name) => notNegative(`${path}.${name}`, spec[name])),
    ...oneOf(`${path}.completionMode`, spec['completionMode'], ['NonIndexed', 'Indexed']),
    ...validatePodSpec(template, `${path}.template.spec`),
    ...(restart === 'Always'
      ? [required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')]
      : []),
  ];
};

/** Jobs. A job without a selector selects its own pods by its uid, as the server arranges on creation. */
export const jobStrategy: Strategy = {
  default(object) {
    jobDefaults(objectAt(object, 'spec'));
    const labels = at(object, 'spec.template.metadata.labels');
    if (labels && Object.keys(object.metadata.labels ?? {}).length === 0)
      object.metadata.labels = { ...(labels as Record<string, string>) };
  },
  prepareForCreate(object) {
    const spec = objectAt(object, 'spec');
    if (spec['manualSelector'] === true || spec['selector'] !== undefined) return;
    const uid = object.metadata.uid ?? '';
    const name = object.metadata.name ?? '';
    const template = objectAt(spec, 'template');
    const metadata = objectAt(template, 'metadata');
    template['metadata'] = {
      ...metadata,
      labels: {
        ...objectAt(metadata, 'labels'),
        'batch.kubernetes.io/controller-uid': uid,
        'batch.kubernetes.io/job-name': name,
        'controller-uid': uid,
        'job-name': name,
      },
    };
    spec['selector'] = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
    spec['template'] = template;
    if (Object.keys(object.metadata.labels ?? {}).length === 0)
      object.metadata.labels = { ...(objectAt(template, 'metadata.labels') as Record<string, string>) };
  },
  validate: (object) => jobSpec(objectAt(object, 'spec'), 'spec'),
  validateUpdate(object, old) {
    const changed = (name: string): boolean =>
      !isDeepStrictEqual(at(object, `spec.${name}`), at(old, `spec.${name}`));
    return ['selector', 'template', 'completionMode']
      .filter((name) => changed(name) && !(name === 'template' && at(old, 'spec.suspend') === true))
      .map((name) => immutable(`spec.${name}`, at(object, `spec.${name}`)));
  },
};

/** CronJobs. The schedule is checked by what runs them. */
export const cronJobStrategy: Strategy = {
  default(object) {
    const spec = objectAt(object, 'spec');
    fillZero(spec, { concurrencyPolicy: 'Allow' });
    fill(spec, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
    const job = objectAt(spec, 'jobTemplate.spec');
    // Completions and the like of the job are defaulted when it is made; the pod's are shown at once.
    defaultPodSpec(objectAt(job, 'template.spec'));
  },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const schedule = textAt(spec, 'schedule').trim();
    return [
      ...(schedule === '' ? [required('spec.schedule')] : []),
      ...(schedule !== '' && !schedule.startsWith('@') && schedule.split(/\s+/).length !== 5
        ? [
            invalidValue(
              'spec.schedule',
              spec['schedule'],
              `expected exactly 5 fields, found ${schedule.split(/\s+/).length}: [${schedule}]`,
            ),
          ]
        : []),
      ...oneOf('spec.concurrencyPolicy', spec['concurrencyPolicy'], ['Allow', 'Forbid', 'Replace'], true),
      ...['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'].flatMap((name) =>
        notNegative(`spec.${name}`, spec[name]),
      ),
      ...jobSpec(objectAt(spec, 'jobTemplate.spec'), 'spec.jobTemplate.spec'),
      ...((object.metadata.name ?? '').length > 52
        ? [invalidValue('metadata.name', object.metadata.name, 'must be no more than 52 characters')]
        : []),
    ];
  },
};
