import type { Admission } from '../../server/admission.ts';
import { forbidden } from '../../status-error.ts';

const protectedNames = new Set(['default', 'kube-system', 'kube-public']);

/** Refuses the deletion of the namespaces that a cluster cannot be without, for everybody. */
export const protectedNamespaces: Admission = {
  validate({ operation, resource, name }) {
    if (operation !== 'DELETE' || resource.storageKey !== 'namespaces' || !protectedNames.has(name)) return;
    throw forbidden({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted');
  },
};
