import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../object.ts';
import type { Strategy } from '../../served-resource.ts';
import type { StatusCause } from '../../status-error.ts';
import { at, listAt, numberAt, objectAt, textAt } from '../read-field.ts';
import { forbiddenField, immutable, invalidValue, notSupported, required } from './field-error.ts';
import { notNegative, oneOf } from './format-check.ts';
import { defaultPodSpec, fill, fillZero } from './pod-defaults.ts';
import { validatePodSpec } from './pod-validation.ts';

type Json = Record<string, unknown>;

const specOf = (object: KubeObject): Json => objectAt(object, 'spec');
const templateSpec = (object: KubeObject): Json => objectAt(object, 'spec.template.spec');

/** What a `LabelSelector` asks for that `labels` do not have. */
const selects = (selector: Json, labels: Json): boolean =>
  Object.entries(objectAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value) &&
  listAt(selector, 'matchExpressions').every((e) => {
    const value = labels[textAt(e, 'key')];
    const among = listAt(e, 'values').includes(value as never);
    switch (textAt(e, 'operator')) {
      case 'In':
        return value !== undefined && among;
      case 'NotIn':
        return value === undefined || !among;
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });

const SELECTOR_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** Causes for a `LabelSelector` on its own. */
export const validateSelector = (selector: Json, path: string): StatusCause[] =>
  listAt(selector, 'matchExpressions').flatMap((e, i) => {
    const field = `${path}.matchExpressions[${i}]`;
    const operator = textAt(e, 'operator');
    const values = listAt(e, 'values').length;
    if (!SELECTOR_OPERATORS.includes(operator))
      return [invalidValue(`${field}.operator`, operator, 'not a valid selector operator')];
    if (operator.endsWith('In') && values === 0)
      return [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    if (!operator.endsWith('In') && values > 0)
      return [
        forbiddenField(
          `${field}.values`,
          "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        ),
      ];
    return [];
  });

const isEmpty = (selector: Json): boolean =>
  Object.keys(objectAt(selector, 'matchLabels')).length === 0 &&
  listAt(selector, 'matchExpressions').length === 0;

/** A ReplicaSet says that it is a deployment, in the real server too. */
const emptyFor = (kind: string): string => (kind === 'ReplicaSet' ? 'deployment' : kind.toLowerCase());

/** Causes for the selector of a workload and the pods it makes. */
const selectorAndTemplate = (object: KubeObject, always: boolean): StatusCause[] => {
  const selector = at(object, 'spec.selector') as Json | undefined;
  const causes: StatusCause[] = [];
  const labels = objectAt(object, 'spec.template.metadata.labels');
  const mismatch = invalidValue(
    'spec.template.metadata.labels',
    labels,
    '`selector` does not match template `labels`',
  );
  // Without a selector nothing matches.
  if (selector === undefined) causes.push(required('spec.selector'), mismatch);
  else {
    causes.push(...validateSelector(selector, 'spec.selector'));
    if (isEmpty(selector))
      causes.push(
        invalidValue('spec.selector', selector, `empty selector is invalid for ${emptyFor(object.kind)}`),
      );
    if (causes.length === 0 && !selects(selector, labels)) causes.push(mismatch);
  }
  causes.push(...validatePodSpec(templateSpec(object), 'spec.template.spec'));
  const restart = templateSpec(object)['restartPolicy'];
  if (always && restart !== 'Always')
    causes.push(notSupported('spec.template.spec.restartPolicy', restart, ['Always']));
  return causes;
};

const replicasAndWaits = (object: KubeObject): StatusCause[] =>
  ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'].flatMap((name) =>
    notNegative(`spec.${name}`, specOf(object)[name]),
  );

const keepsSelector = (object: KubeObject, old: KubeObject): StatusCause[] =>
  isDeepStrictEqual(at(object, 'spec.selector'), at(old, 'spec.selector'))
    ? []
    : [immutable('spec.selector', at(object, 'spec.selector'))];

const isZeroAmount = (value: unknown): boolean => value === 0 || value === '0' || value === '0%';

const rollingUpdate = (object: KubeObject): StatusCause[] => {
  const strategy = objectAt(object, 'spec.strategy');
  const causes = oneOf('spec.strategy.type', strategy['type'], ['Recreate', 'RollingUpdate'], true);
  const rolling = at(strategy, 'rollingUpdate') as Json | undefined;
  if (strategy['type'] === 'Recreate' && rolling)
    causes.push(
      forbiddenField(
        'spec.strategy.rollingUpdate',
        "may not be specified when strategy `type` is 'Recreate'",
      ),
    );
  if (
    strategy['type'] === 'RollingUpdate' &&
    rolling &&
    isZeroAmount(rolling['maxUnavailable']) &&
    isZeroAmount(rolling['maxSurge'])
  )
    causes.push(
      invalidValue(
        'spec.strategy.rollingUpdate.maxUnavailable',
        rolling['maxUnavailable'],
        'may not be 0 when `maxSurge` is 0',
      ),
    );
  const [wait, deadline] = [
    numberAt(object, 'spec.minReadySeconds'),
    at(object, 'spec.progressDeadlineSeconds'),
  ];
  if (typeof deadline === 'number' && deadline <= wait)
    causes.push(
      invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'),
    );
  return causes;
};

/** Deployments. */
export const deploymentStrategy: Strategy = {
  default(object) {
    const spec = specOf(object);
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    const strategy = objectAt(spec, 'strategy');
    spec['strategy'] = strategy;
    fillZero(strategy, { type: 'RollingUpdate' });
    if (strategy['type'] === 'RollingUpdate') {
      strategy['rollingUpdate'] ??= {};
      fill(strategy['rollingUpdate'] as Json, { maxUnavailable: '25%', maxSurge: '25%' });
    }
    defaultPodSpec(templateSpec(object));
  },
  prepareForUpdate(object, old) {
    // Controllers keep revisions in annotations, so that these count as part of what is wanted.
    if (!isDeepStrictEqual(object.metadata.annotations ?? {}, old.metadata.annotations ?? {}))
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validate: (object) => [
    ...replicasAndWaits(object),
    ...rollingUpdate(object),
    ...selectorAndTemplate(object, true),
  ],
  validateUpdate: keepsSelector,
};

/** ReplicaSets. */
export const replicaSetStrategy: Strategy = {
  default(object) {
    fill(specOf(object), { replicas: 1 });
    defaultPodSpec(templateSpec(object));
  },
  validate: (object) => [...replicasAndWaits(object), ...selectorAndTemplate(object, true)],
  validateUpdate: keepsSelector,
};

/** ReplicationControllers, whose selector is a plain map. */
export const replicationControllerStrategy: Strategy = {
  default(object) {
    const spec = specOf(object);
    const labels = at(spec, 'template.metadata.labels');
    if (labels) {
      if (Object.keys(objectAt(spec, 'selector')).length === 0) spec['selector'] = { ...labels };
      object.metadata.labels ??= { ...(labels as Record<string, string>) };
    }
    fill(spec, { replicas: 1 });
    defaultPodSpec(templateSpec(object));
  },
  validate: (object) => validatePodSpec(templateSpec(object), 'spec.template.spec'),
};

/** Counts the templates a DaemonSet has had. Clients of the first release read it. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** DaemonSets. */
export const daemonSetStrategy: Strategy = {
  default(object) {
    const spec = specOf(object);
    fill(spec, { revisionHistoryLimit: 10 });
    const strategy = objectAt(spec, 'updateStrategy');
    spec['updateStrategy'] = strategy;
    fillZero(strategy, { type: 'RollingUpdate' });
    if (strategy['type'] === 'RollingUpdate') {
      strategy['rollingUpdate'] ??= {};
      fill(strategy['rollingUpdate'] as Json, { maxUnavailable: 1, maxSurge: 0 });
    }
    defaultPodSpec(templateSpec(object));
  },
  prepareForCreate(object) {
    object.metadata.annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: '1' };
  },
  prepareForUpdate(object, old) {
    const before = old.metadata.annotations?.[TEMPLATE_GENERATION];
    if (before === undefined) return;
    const changed = !isDeepStrictEqual(at(object, 'spec.template'), at(old, 'spec.template'));
    const next = changed ? String(Number(before) + 1) : before;
    object.metadata.annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: next };
  },
  validate: (object) => [...replicasAndWaits(object), ...selectorAndTemplate(object, true)],
  validateUpdate: keepsSelector,
};

const MUTABLE_IN_SET = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

/** StatefulSets. */
export const statefulSetStrategy: Strategy = {
  default(object) {
    const spec = specOf(object);
    fill(spec, { replicas: 1, revisionHistoryLimit: 10 });
    fillZero(spec, { podManagementPolicy: 'OrderedReady' });
    const strategy = objectAt(spec, 'updateStrategy');
    spec['updateStrategy'] = strategy;
    if (!strategy['type']) {
      strategy['type'] = 'RollingUpdate';
      strategy['rollingUpdate'] ??= {};
    }
    if (strategy['rollingUpdate']) fill(strategy['rollingUpdate'] as Json, { partition: 0 });
    spec['persistentVolumeClaimRetentionPolicy'] ??= {};
    fillZero(spec['persistentVolumeClaimRetentionPolicy'] as Json, {
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
    });
    for (const claim of listAt(spec, 'volumeClaimTemplates')) {
      fillZero(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
      claim['status'] = { phase: 'Pending', ...objectAt(claim, 'status') };
      fill(objectAt(claim, 'spec'), { volumeMode: 'Filesystem' });
    }
    defaultPodSpec(templateSpec(object));
  },
  validate: (object) => [
    ...replicasAndWaits(object),
    ...oneOf(
      'spec.podManagementPolicy',
      specOf(object)['podManagementPolicy'],
      ['OrderedReady', 'Parallel'],
      true,
    ),
    ...selectorAndTemplate(object, true),
  ],
  validateUpdate(object, old) {
    const fixed = (o: KubeObject): Json =>
      Object.fromEntries(Object.entries(specOf(o)).filter(([name]) => !MUTABLE_IN_SET.includes(name)));
    return isDeepStrictEqual(fixed(object), fixed(old))
      ? []
      : [
          forbiddenField(
            'spec',
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
          ),
        ];
  },
};
