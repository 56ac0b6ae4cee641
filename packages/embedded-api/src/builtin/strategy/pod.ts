import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../object.ts';
import type { Strategy } from '../../served-resource.ts';
import type { StatusCause } from '../../status-error.ts';
import { at, listAt, objectAt, textAt } from '../read-field.ts';
import { forbiddenField } from './field-error.ts';
import { defaultPod } from './pod-defaults.ts';
import { validatePodSpec } from './pod-validation.ts';

type Json = Record<string, unknown>;

const QOS_RESOURCES = ['cpu', 'memory'];

/** `Guaranteed` when every container limits CPU and memory to what it requests, `BestEffort` when none asks. */
const qosClass = (pod: KubeObject): string => {
  const all = [...listAt(pod, 'spec.containers'), ...listAt(pod, 'spec.initContainers')];
  const amounts = (c: Json, kind: string): Json => objectAt(c, `resources.${kind}`);
  const asks = (c: Json): boolean =>
    QOS_RESOURCES.some((name) => name in amounts(c, 'requests') || name in amounts(c, 'limits'));
  if (!all.some(asks)) return 'BestEffort';
  const fixed = all.every((c) =>
    QOS_RESOURCES.every((name) => {
      const limit = amounts(c, 'limits')[name];
      return limit !== undefined && limit === (amounts(c, 'requests')[name] ?? limit);
    }),
  );
  return fixed ? 'Guaranteed' : 'Burstable';
};

const NODE_PROBLEMS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const TOLERATED_SECONDS = 300;

const tolerateNodeProblems = (spec: Json): void => {
  const tolerations = listAt(spec, 'tolerations');
  const missing = NODE_PROBLEMS.filter(
    (key) =>
      !tolerations.some(
        (t) =>
          (t['key'] === key || (t['key'] ?? '') === '') &&
          (t['effect'] === 'NoExecute' || (t['effect'] ?? '') === ''),
      ),
  );
  if (missing.length > 0)
    spec['tolerations'] = [
      ...tolerations,
      ...missing.map((key) => ({
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: TOLERATED_SECONDS,
      })),
    ];
};

/**
 * What the admission plugins of a cluster add to a new pod: its service account, priority, and patience with a
 * failing node. The account's token is not mounted: what runs pods here does that.
 */
const admit = (spec: Json): void => {
  spec['serviceAccountName'] ||= 'default';
  spec['serviceAccount'] = spec['serviceAccountName'];
  if (textAt(spec, 'priorityClassName') === '') {
    spec['priority'] ??= 0;
    spec['preemptionPolicy'] ??= 'PreemptLowerPriority';
  }
  tolerateNodeProblems(spec);
};

const ONLY_THESE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

const without = (object: Json, ...names: string[]): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

/** A pod's spec without what an update may change. */
const fixedPart = (spec: Json): Json => {
  const rest = without(spec, 'activeDeadlineSeconds', 'tolerations', 'schedulingGates');
  for (const list of ['containers', 'initContainers'])
    if (Array.isArray(rest[list])) rest[list] = listAt(rest, list).map((c) => without(c, 'image'));
  return rest;
};

const specChange = (next: Json, old: Json): StatusCause[] => {
  for (const list of ['containers', 'initContainers'])
    if (listAt(next, list).length !== listAt(old, list).length)
      return [forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
  const kept = listAt(next, 'tolerations');
  if (
    listAt(old, 'tolerations').some(
      (t) =>
        !kept.some((k) => isDeepStrictEqual({ ...k, tolerationSeconds: 0 }, { ...t, tolerationSeconds: 0 })),
    )
  )
    return [
      forbiddenField(
        'spec.tolerations',
        'existing toleration can not be modified except its tolerationSeconds',
      ),
    ];
  return isDeepStrictEqual(fixedPart(next), fixedPart(old)) ? [] : [forbiddenField('spec', ONLY_THESE)];
};

/** Pods: stored and checked; what runs them is a node outside. */
export const podStrategy: Strategy = {
  default: defaultPod,
  prepareForCreate(pod) {
    admit(objectAt(pod, 'spec'));
    pod['status'] = { phase: 'Pending', qosClass: qosClass(pod) };
  },
  prepareForUpdate(pod, old) {
    const spec = objectAt(pod, 'spec');
    for (const name of ['priority', 'preemptionPolicy']) {
      const before = at(old, `spec.${name}`);
      if (before !== undefined) spec[name] ??= before;
    }
    tolerateNodeProblems(spec);
  },
  validate: (pod) => validatePodSpec(objectAt(pod, 'spec'), 'spec'),
  validateUpdate: (pod, old) => specChange(objectAt(pod, 'spec'), objectAt(old, 'spec')),
};
