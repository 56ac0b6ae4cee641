import type { KubeObject } from '../object.ts';
import { badRequest, conflict, invalid } from '../status-error.ts';
import { timestamp } from './timestamp.ts';

const pods = { group: '', resource: 'pods' };

/**
 * A pod bound to the node that a `Binding` names, as POST `pods/NAME/binding` does. Throws 409 for a pod that has a
 * node or is ending, 422 for a binding without a target.
 */
export function boundPod(pod: KubeObject, binding: KubeObject, now: Date): KubeObject {
  const name = pod.metadata.name ?? '';
  const target = binding['target'] as { kind?: string; name?: string } | undefined;
  const node = target?.name;
  if (target?.kind && target.kind !== 'Node') {
    throw badRequest(`pods are bound to nodes: target.kind ${JSON.stringify(target.kind)} is not supported`);
  }
  if (!node) {
    throw invalid({ group: '', kind: 'Binding' }, name, [
      { reason: 'FieldValueRequired', field: 'target.name', message: 'Required value' },
    ]);
  }
  const { uid } = binding.metadata ?? {};
  if (uid && uid !== pod.metadata.uid) {
    throw conflict(
      pods,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid ?? ''}`,
    );
  }
  if (pod.metadata.deletionTimestamp) {
    throw conflict(
      { group: '', resource: 'pods/binding' },
      name,
      `pod ${name} is being deleted, cannot be assigned to a host`,
    );
  }
  const spec = pod['spec'] as { nodeName?: string } | undefined;
  if (spec?.nodeName) {
    throw conflict(
      { group: '', resource: 'pods/binding' },
      name,
      `pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`,
    );
  }
  const status = (pod['status'] ?? {}) as { conditions?: { type: string }[] };
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(now),
  };
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(binding.metadata?.annotations
        ? { annotations: { ...pod.metadata.annotations, ...binding.metadata.annotations } }
        : {}),
    },
    spec: { ...spec, nodeName: node },
    status: { ...status, conditions: [...others, scheduled] },
  };
}

/** The answer to subresources that only do something. */
export const success = (code: number): KubeObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code,
});
