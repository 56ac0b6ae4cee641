import type { KubeObject } from '../../object.ts';
import type { TableColumn } from '../../served-resource.ts';
import { at, textAt, textsAt } from '../read-field.ts';
import { ageColumn, field, nameColumn, text, wide } from './column.ts';

const SHORT_MODES: [string, string][] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

const accessModes = (object: KubeObject, path: string): string => {
  const modes = textsAt(object, path);
  return SHORT_MODES.flatMap(([mode, short]) => (modes.includes(mode) ? [short] : [])).join(',');
};

const phase = (object: KubeObject): string =>
  object.metadata.deletionTimestamp === undefined ? textAt(object, 'status.phase') : 'Terminating';

const storageClass = (object: KubeObject): string =>
  object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
  textAt(object, 'spec.storageClassName');

const ofVolume: TableColumn[] = [
  text('StorageClass', storageClass),
  field('VolumeAttributesClass', 'spec.volumeAttributesClassName', '<unset>'),
];

const volumeMode = wide('VolumeMode', (object) => textAt(object, 'spec.volumeMode', '<unset>'));

const isBound = (claim: KubeObject): boolean => textAt(claim, 'spec.volumeName') !== '';

const isDefault = (object: KubeObject): boolean =>
  ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
    (annotation) => object.metadata.annotations?.[annotation] === 'true',
  );

/** The columns of storage kinds, by kind and group. */
export const storageColumns: Record<string, TableColumn[]> = {
  'PersistentVolume.': [
    nameColumn,
    field('Capacity', 'spec.capacity.storage', '0'),
    text('Access Modes', (v) => accessModes(v, 'spec.accessModes')),
    field('Reclaim Policy', 'spec.persistentVolumeReclaimPolicy'),
    text('Status', phase),
    text('Claim', (v) => {
      if (at(v, 'spec.claimRef') === undefined) return '';
      return `${textAt(v, 'spec.claimRef.namespace')}/${textAt(v, 'spec.claimRef.name')}`;
    }),
    ...ofVolume,
    field('Reason', 'status.reason'),
    ageColumn,
    volumeMode,
  ],
  'PersistentVolumeClaim.': [
    nameColumn,
    text('Status', phase),
    field('Volume', 'spec.volumeName'),
    text('Capacity', (c) => (isBound(c) ? textAt(c, 'status.capacity.storage', '0') : '')),
    text('Access Modes', (c) => (isBound(c) ? accessModes(c, 'status.accessModes') : '')),
    ...ofVolume,
    ageColumn,
    volumeMode,
  ],
  'StorageClass.storage.k8s.io': [
    { ...nameColumn, value: (s) => `${s.metadata.name ?? ''}${isDefault(s) ? ' (default)' : ''}` },
    field('Provisioner', 'provisioner'),
    field('ReclaimPolicy', 'reclaimPolicy', 'Delete'),
    field('VolumeBindingMode', 'volumeBindingMode', 'Immediate'),
    text('AllowVolumeExpansion', (s) => at(s, 'allowVolumeExpansion') === true),
    ageColumn,
  ],
};
