import type { KubeObject } from '../../object.ts';
import type { TableColumn } from '../../served-resource.ts';
import { listAt, textAt } from '../read-field.ts';
import { ageColumn, count, field, nameColumn, text, wide } from './column.ts';

const subjects = (kind: string) => (binding: KubeObject) =>
  listAt(binding, 'subjects')
    .filter((s) => s['kind'] === kind)
    .map((s) =>
      kind === 'ServiceAccount' ? `${textAt(s, 'namespace')}/${textAt(s, 'name')}` : textAt(s, 'name'),
    )
    .join(', ');

const bindingColumns: TableColumn[] = [
  nameColumn,
  text('Role', (b) => `${textAt(b, 'roleRef.kind')}/${textAt(b, 'roleRef.name')}`),
  ageColumn,
  wide('Users', subjects('User')),
  wide('Groups', subjects('Group')),
  wide('ServiceAccounts', subjects('ServiceAccount')),
];

const webhookColumns: TableColumn[] = [
  nameColumn,
  text('Webhooks', (w) => listAt(w, 'webhooks').length, { type: 'integer' }),
  ageColumn,
];

/** The columns of kinds that grant, limit or check, by kind and group. */
export const accessColumns: Record<string, TableColumn[]> = {
  'RoleBinding.rbac.authorization.k8s.io': bindingColumns,
  'ClusterRoleBinding.rbac.authorization.k8s.io': bindingColumns,
  'MutatingWebhookConfiguration.admissionregistration.k8s.io': webhookColumns,
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io': webhookColumns,
  'PodDisruptionBudget.policy': [
    nameColumn,
    field('Min Available', 'spec.minAvailable', 'N/A'),
    field('Max Unavailable', 'spec.maxUnavailable', 'N/A'),
    count('Allowed Disruptions', 'status.disruptionsAllowed'),
    ageColumn,
  ],
};
