import {
  type ControllerDefinition,
  coreV1,
  type Informer,
  isNotFound,
  type KubeClient,
  type Pod,
} from '@armillary/kube';
import type { Executor } from '../executor/executor.ts';

/** What the controller works with. */
export interface PodControllerOptions {
  client: KubeClient;
  /** The pods of our node. */
  pods: Informer<Pod>;
  podSelector: { fieldSelector: string };
  executor: Executor;
}

/**
 * The part of a kubelet that ends pods: a pod that is being deleted is stopped, then removed from the API, and only
 * after that do its logs go.
 */
export function podController({
  client,
  pods,
  podSelector,
  executor,
}: PodControllerOptions): ControllerDefinition<Pod> {
  return {
    name: 'runner-pods',
    for: coreV1.pods,
    select: podSelector,
    workers: 4,
    predicates: [({ after }) => after === undefined || after.metadata.deletionTimestamp !== undefined],
    async reconcile({ name, namespace }, { signal }) {
      const pod = pods.get(name, namespace);
      if (pod?.metadata.deletionTimestamp === undefined) return;
      const { uid = '' } = pod.metadata;
      await executor.stop(uid, 'PodDeleted');
      try {
        await client
          .resource(coreV1.pods)
          .delete(name, { namespace, gracePeriodSeconds: 0, preconditions: { uid }, signal });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}
