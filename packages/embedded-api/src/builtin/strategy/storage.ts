import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../object.ts';
import type { Strategy } from '../../served-resource.ts';
import type { StatusCause } from '../../status-error.ts';
import { at, listAt, objectAt, textAt, textsAt } from '../read-field.ts';
import { unchanged } from './cluster-objects.ts';
import { forbiddenField, required } from './field-error.ts';
import { oneOf } from './format-check.ts';
import { fill, fillZero } from './pod-defaults.ts';

const MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

const accessModes = (object: KubeObject, whenNone: string): StatusCause[] => [
  ...(listAt(object, 'spec.accessModes').length === 0 ? [required('spec.accessModes', whenNone)] : []),
  ...textsAt(object, 'spec.accessModes').flatMap((mode) => oneOf('spec.accessModes', mode, MODES)),
];

const NOT_A_SOURCE = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

/** Persistent volumes: stored. Nothing binds or reclaims them. */
export const persistentVolumeStrategy: Strategy = {
  default(object) {
    const spec = objectAt(object, 'spec');
    fillZero(spec, { persistentVolumeReclaimPolicy: 'Retain' });
    fill(spec, { volumeMode: 'Filesystem' });
    if (spec['hostPath']) fill(objectAt(spec, 'hostPath'), { type: '' });
  },
  prepareForCreate(object) {
    object['status'] = { phase: 'Pending' };
  },
  validate(object) {
    const sources = Object.keys(objectAt(object, 'spec')).filter((name) => !NOT_A_SOURCE.has(name));
    return [
      ...accessModes(object, ''),
      ...(textAt(object, 'spec.capacity.storage') === '' ? [required('spec.capacity')] : []),
      ...(sources.length === 0 ? [required('spec', 'must specify a volume type')] : []),
      ...sources
        .slice(1)
        .map((name) => forbiddenField(`spec.${name}`, 'may not specify more than 1 volume type')),
      ...oneOf('spec.persistentVolumeReclaimPolicy', at(object, 'spec.persistentVolumeReclaimPolicy'), [
        'Delete',
        'Recycle',
        'Retain',
      ]),
    ];
  },
  validateUpdate: (object, old) => unchanged(object, old, 'spec.volumeMode'),
};

const changeable = new Set(['resources', 'volumeAttributesClassName', 'volumeName', 'storageClassName']);

/** Persistent volume claims: stored. Nothing binds them. */
export const volumeClaimStrategy: Strategy = {
  default: (object) => fill(objectAt(object, 'spec'), { volumeMode: 'Filesystem' }),
  prepareForCreate(object) {
    object['status'] = { phase: 'Pending' };
  },
  validate: (object) => [
    ...accessModes(object, 'at least 1 access mode is required'),
    ...(textAt(object, 'spec.resources.requests.storage') === ''
      ? [required('spec.resources[storage]')]
      : []),
  ],
  validateUpdate(object, old) {
    const fixed = (o: KubeObject): unknown =>
      Object.fromEntries(Object.entries(objectAt(o, 'spec')).filter(([name]) => !changeable.has(name)));
    const kept = (name: string): boolean =>
      textAt(old, `spec.${name}`) === '' || textAt(old, `spec.${name}`) === textAt(object, `spec.${name}`);
    return isDeepStrictEqual(fixed(object), fixed(old)) && kept('volumeName') && kept('storageClassName')
      ? []
      : [
          forbiddenField(
            'spec',
            'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
          ),
        ];
  },
};

/** Storage classes. */
export const storageClassStrategy: Strategy = {
  default: (object) => fillZero(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: (object) => [
    ...(textAt(object, 'provisioner') === '' ? [required('provisioner')] : []),
    ...oneOf('reclaimPolicy', at(object, 'reclaimPolicy'), ['Delete', 'Retain']),
    ...oneOf('volumeBindingMode', at(object, 'volumeBindingMode'), ['Immediate', 'WaitForFirstConsumer']),
  ],
  validateUpdate: (object, old) =>
    ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'].flatMap((name) =>
      isDeepStrictEqual(at(object, name), at(old, name))
        ? []
        : [forbiddenField(name, `updates to ${name} are forbidden.`)],
    ),
};
