import type { ControllerManager, Informer, KubeObject, ResourceType } from '@armillary/kube';
import { configKind, type Config } from '../kinds/config.ts';
import { notificationManagerKind, type NotificationManager } from '../kinds/notification-manager.ts';
import { receiverSourceKind, type ReceiverSource } from '../kinds/receiver-source.ts';
import { receiverKind, type Receiver } from '../kinds/receiver.ts';
import { routerKind, type Router } from '../kinds/router.ts';
import { silenceKind, type Silence } from '../kinds/silence.ts';

/** The objects that say who is told, as the cluster has them at one time. */
export interface ObjectsSnapshot {
  /** The one that counts; absent when there is none, and the built-in defaults hold. */
  readonly manager: NotificationManager | undefined;
  /** Others that are there and do not count. */
  readonly otherManagers: readonly string[];
  readonly receivers: readonly Receiver[];
  readonly configs: readonly Config[];
  readonly routers: readonly Router[];
  readonly silences: readonly Silence[];
  readonly sources: readonly ReceiverSource[];
}

/** The notification manager's objects, from caches that follow the cluster. */
export class ClusterObjects {
  readonly #name: string | undefined;
  readonly #managers: Informer<NotificationManager>;
  readonly #receivers: Informer<Receiver>;
  readonly #configs: Informer<Config>;
  readonly #routers: Informer<Router>;
  readonly #silences: Informer<Silence>;
  readonly #sources: Informer<ReceiverSource>;
  readonly #listeners = new Set<() => void>();

  /** `name` says which NotificationManager counts; without it the oldest does. */
  constructor(manager: ControllerManager, name?: string) {
    this.#name = name;
    const follow = <T extends KubeObject>(type: ResourceType<T>): Informer<T> => {
      const informer = manager.informer(type);
      const changed = (): void => this.#listeners.forEach((listener) => listener());
      informer.onEvent({ added: changed, updated: changed, deleted: changed });
      return informer;
    };
    this.#managers = follow<NotificationManager>(notificationManagerKind);
    this.#receivers = follow<Receiver>(receiverKind);
    this.#configs = follow<Config>(configKind);
    this.#routers = follow<Router>(routerKind);
    this.#silences = follow<Silence>(silenceKind);
    this.#sources = follow<ReceiverSource>(receiverSourceKind);
  }

  /** Resolves when everything that the cluster has is known; rejects with the signal's reason. */
  async synced(signal: AbortSignal): Promise<void> {
    const all = [
      this.#managers,
      this.#receivers,
      this.#configs,
      this.#routers,
      this.#silences,
      this.#sources,
    ];
    await Promise.all(all.map((informer) => informer.waitForSync(signal)));
  }

  /** Calls back after each change of an object. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  snapshot(): ObjectsSnapshot {
    const managers = this.#managers.list().toSorted(byAge);
    const manager = this.#name === undefined ? managers[0] : this.#managers.get(this.#name);
    return {
      manager,
      otherManagers: managers.filter((one) => one !== manager).map((one) => one.metadata.name!),
      receivers: this.#receivers.list(),
      configs: this.#configs.list(),
      routers: this.#routers.list(),
      silences: this.#silences.list(),
      sources: this.#sources.list(),
    };
  }
}

/** Older first, and by name among those of the same second, so that every replica chooses the same. */
function byAge({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number {
  const key = ({ creationTimestamp = '', name = '' }: KubeObject['metadata']): string =>
    `${creationTimestamp} ${name}`;
  return key(a) < key(b) ? -1 : 1;
}
