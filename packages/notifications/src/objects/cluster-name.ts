import { coreV1, type Informer, type ControllerManager, type Namespace } from '@armillary/kube';

/** The namespace that KubeSphere writes its cluster's name on. */
const namespace = 'kubesphere-system';
const annotation = 'cluster.kubesphere.io/name';

/** The name that upstream gives a cluster that has none. */
const unnamed = 'default';

/** Finds the name of this cluster for alerts that do not say theirs. */
export class ClusterName {
  readonly #namespaces: Informer<Namespace>;

  constructor(manager: ControllerManager) {
    this.#namespaces = manager.informer(coreV1.namespaces, { fieldSelector: `metadata.name=${namespace}` });
  }

  /** Resolves when it is known; rejects with the signal's reason. */
  async synced(signal: AbortSignal): Promise<void> {
    await this.#namespaces.waitForSync(signal);
  }

  /** `spec.receivers.options.global.cluster` of the NotificationManager, else what KubeSphere calls it, else `default`. */
  get(configured: string | undefined): string {
    return configured || this.#namespaces.get(namespace)?.metadata.annotations?.[annotation] || unnamed;
  }
}
