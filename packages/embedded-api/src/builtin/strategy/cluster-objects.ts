import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../object.ts';
import type { Strategy } from '../../served-resource.ts';
import type { StatusCause } from '../../status-error.ts';
import { parseQuantity } from '../quantity.ts';
import { at, listAt, objectAt, textAt, textsAt } from '../read-field.ts';
import { duplicate, forbiddenField, immutable, invalidValue, required } from './field-error.ts';
import { dnsSubdomain, notNegative, oneOf, optionalText } from './format-check.ts';
import { fillZero } from './pod-defaults.ts';

type Json = Record<string, unknown>;

/** The causes when a field that keeps its value has changed. */
export const unchanged = (object: KubeObject, old: KubeObject, field: string): StatusCause[] =>
  isDeepStrictEqual(at(object, field), at(old, field)) ? [] : [immutable(field, at(object, field) ?? '')];

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Namespaces: each carries its name as a label, and a finalizer of its own until its content is gone. */
export const namespaceStrategy: Strategy = {
  nameRule: 'dns-label',
  default(object) {
    const { name } = object.metadata;
    if (name) object.metadata.labels = { ...object.metadata.labels, [NAME_LABEL]: name };
    object['spec'] ??= {};
  },
  prepareForCreate(object) {
    const { name } = object.metadata;
    if (name) object.metadata.labels = { ...object.metadata.labels, [NAME_LABEL]: name };
    const finalizers = textsAt(object, 'spec.finalizers');
    const own = finalizers.includes('kubernetes') ? [] : ['kubernetes'];
    object['spec'] = { ...objectAt(object, 'spec'), finalizers: [...finalizers, ...own] };
    object['status'] = { phase: 'Active' };
  },
  prepareForUpdate(object, old) {
    // Only `/finalize` changes the finalizers, and it always names them.
    if (at(object, 'spec.finalizers') === undefined) {
      const finalizers = at(old, 'spec.finalizers');
      if (finalizers !== undefined) object['spec'] = { ...objectAt(object, 'spec'), finalizers };
    }
  },
};

const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Nodes. Allocatable resources follow the capacity when a node does not tell them. */
export const nodeStrategy: Strategy = {
  default(object) {
    const spec = objectAt(object, 'spec');
    const [first] = textsAt(spec, 'podCIDRs');
    if (spec['podCIDR'] && spec['podCIDR'] !== first) spec['podCIDRs'] = [spec['podCIDR']];
    else if (first) spec['podCIDR'] = first;
    const status = objectAt(object, 'status');
    if (status['capacity'] && !status['allocatable'])
      status['allocatable'] = { ...objectAt(status, 'capacity') };
  },
  validate(object) {
    const seen = new Set<string>();
    return listAt(object, 'spec.taints').flatMap((taint, i) => {
      // The real server names `metadata` here.
      const field = `metadata.taints[${i}]`;
      const key = `${textAt(taint, 'key')}:${textAt(taint, 'effect')}`;
      const twice = seen.has(key)
        ? [duplicate(field, taint, 'taints must be unique by key and effect pair')]
        : [];
      seen.add(key);
      return [
        ...(textAt(taint, 'key') === '' ? [required(`${field}.key`)] : []),
        ...oneOf(`${field}.effect`, taint['effect'], TAINT_EFFECTS, true),
        ...twice,
      ];
    });
  },
  validateUpdate(object, old) {
    const keeps = (name: string): StatusCause[] => {
      const before = textAt(old, `spec.${name}`);
      return before !== '' && textAt(object, `spec.${name}`) !== before
        ? [forbiddenField(`spec.${name}`, `node updates may not change ${name} except from "" to valid`)]
        : [];
    };
    return [...keeps('podCIDR'), ...keeps('providerID')];
  },
};

/** Leases. */
export const leaseStrategy: Strategy = {
  validate(object) {
    const spec = objectAt(object, 'spec');
    const seconds = spec['leaseDurationSeconds'];
    return [
      ...(typeof seconds === 'number' && seconds <= 0
        ? [invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
        : []),
      ...notNegative('spec.leaseTransitions', spec['leaseTransitions']),
      ...(spec['holderIdentity'] === ''
        ? [invalidValue('spec.holderIdentity', '', 'must not be empty')]
        : []),
    ];
  },
};

const placed = (event: KubeObject, about: string): StatusCause[] => {
  const namespace = textAt(event, `${about}.namespace`);
  const own = event.metadata.namespace ?? '';
  const fits = namespace === '' ? own === 'default' || own === 'kube-system' : namespace === own;
  return fits ? [] : [invalidValue(`${about}.namespace`, namespace, 'does not match event.namespace')];
};

/** Events: they stand in the namespace of what they are about, those of cluster-scoped objects in `default`. */
export const eventStrategy: Strategy = {
  validate: (event) => placed(event, 'involvedObject'),
};

const LONGEST_NOTE = 1024;

/** Events of events.k8s.io, which must tell more than those of core. */
export const newEventStrategy: Strategy = {
  validate(event, old) {
    if (old) return placed(event, 'regarding');
    const type = textAt(event, 'type');
    return [
      ...placed(event, 'regarding'),
      ...['eventTime', 'reportingController', 'reportingInstance', 'action', 'reason'].flatMap((name) =>
        textAt(event, name) === '' ? [required(name)] : [],
      ),
      ...(textAt(event, 'note').length > LONGEST_NOTE
        ? [invalidValue('message', '', `can have at most ${LONGEST_NOTE} characters`)]
        : []),
      ...(type === 'Normal' || type === 'Warning'
        ? []
        : [invalidValue('type', '', `has invalid value: ${type}`)]),
    ];
  },
};

/** Priority classes. */
export const priorityClassStrategy: Strategy = {
  default: (object) => fillZero(object, { preemptionPolicy: 'PreemptLowerPriority' }),
  validate(object) {
    const value = at(object, 'value');
    const name = object.metadata.name ?? '';
    const HIGHEST = 1_000_000_000;
    return [
      ...(typeof value === 'number' && value > HIGHEST && !name.startsWith('system-')
        ? [forbiddenField('value', `maximum allowed value of a user defined priority is ${HIGHEST}`)]
        : []),
      ...(name.startsWith('system-') && !['system-node-critical', 'system-cluster-critical'].includes(name)
        ? [
            forbiddenField(
              'metadata.name',
              `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`,
            ),
          ]
        : []),
      ...oneOf('preemptionPolicy', at(object, 'preemptionPolicy'), ['PreemptLowerPriority', 'Never']),
    ];
  },
  validateUpdate(object, old) {
    return [...unchanged(object, old, 'value'), ...unchanged(object, old, 'preemptionPolicy')];
  },
};

const amounts = (values: Json, field: string): StatusCause[] =>
  Object.entries(values).flatMap(([name, amount]) =>
    (parseQuantity(String(amount))?.nano ?? 0n) < 0n
      ? [invalidValue(`${field}[${name}]`, amount, 'must be greater than or equal to 0')]
      : [],
  );

/** Resource quotas: stored and printed. Nothing counts or enforces them. */
export const resourceQuotaStrategy: Strategy = {
  validate: (object) => amounts(objectAt(object, 'spec.hard'), 'spec.hard'),
};

/** Limit ranges: stored with their defaults filled in. Nothing applies them to pods. */
export const limitRangeStrategy: Strategy = {
  default(object) {
    for (const item of listAt(object, 'spec.limits')) {
      if (item['type'] !== 'Container') continue;
      const byDefault = { ...objectAt(item, 'max'), ...objectAt(item, 'default') };
      const request = { ...objectAt(item, 'min'), ...byDefault, ...objectAt(item, 'defaultRequest') };
      if (Object.keys(byDefault).length > 0) item['default'] = byDefault;
      if (Object.keys(request).length > 0) item['defaultRequest'] = request;
    }
  },
};

/** Pod disruption budgets: stored. Evictions do not ask them. */
export const disruptionBudgetStrategy: Strategy = {
  validate(object) {
    const { minAvailable, maxUnavailable } = objectAt(object, 'spec');
    return minAvailable !== undefined && maxUnavailable !== undefined
      ? [invalidValue('spec', '', 'minAvailable and maxUnavailable cannot be both set')]
      : [];
  },
};

/** Service accounts. */
export const serviceAccountStrategy: Strategy = {
  validate: (object) =>
    listAt(object, 'imagePullSecrets').flatMap((secret, i) =>
      optionalText(`imagePullSecrets[${i}].name`, secret['name'], dnsSubdomain),
    ),
};
