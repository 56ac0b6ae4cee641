import type { KubeClient } from '../client/kube-client.ts';
import type { SelectorOptions } from '../client/resource-client.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { resourcePath } from '../objects/resource-type.ts';
import type { ResourceType } from '../objects/resource-type.ts';
import type { Clock } from '../time/clock.ts';
import type { Informer } from './informer.ts';
import type { Logger } from './logger.ts';
import type { RuntimeMetrics } from './metrics.ts';
import { Reflector } from './reflector.ts';
import type { WatchListSupport } from './reflector.ts';
import { SharedInformer } from './shared-informer.ts';

/** Settings of a set of informers. */
export interface InformerSetOptions {
  client: KubeClient;
  clock: Clock;
  logger: Logger;
  metrics: RuntimeMetrics;
  freeze: boolean;
  keepManagedFields: boolean;
}

interface Entry {
  informer: SharedInformer<KubeObject>;
  reflector: Reflector<KubeObject>;
}

/** The informers of a manager: one per resource and selector, shared by everybody who asks for it. */
export class InformerSet {
  readonly #options: InformerSetOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #watchList: WatchListSupport = { supported: true };
  readonly #running: Promise<void>[] = [];
  #signal: AbortSignal | undefined;

  constructor(options: InformerSetOptions) {
    this.#options = options;
  }

  /** The informer of the resource; it starts with the set, or at once when the set runs. */
  get<T extends KubeObject>(type: ResourceType<T>, select: SelectorOptions = {}): Informer<T> {
    const id = JSON.stringify([
      resourcePath(type, { namespace: select.namespace }),
      select.labelSelector ?? '',
      select.fieldSelector ?? '',
    ]);
    let entry = this.#entries.get(id);
    if (!entry) {
      entry = this.#make(type, select);
      this.#entries.set(id, entry);
      if (this.#signal) this.#running.push(entry.reflector.run(this.#signal));
    }
    return entry.informer as unknown as Informer<T>;
  }

  /** Starts all informers; they stop when the signal aborts. */
  start(signal: AbortSignal): void {
    this.#signal = signal;
    for (const { reflector } of this.#entries.values()) this.#running.push(reflector.run(signal));
  }

  /** Resolves when every informer has stopped. */
  async stopped(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Resolves when every informer has synced; rejects with the signal's reason. */
  async waitForSync(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ informer }) => informer.waitForSync(signal)));
  }

  /** The kinds whose first list is not there yet. */
  unsynced(): string[] {
    return [...this.#entries.values()]
      .filter(({ informer }) => !informer.hasSynced)
      .map(({ informer }) => informer.type.kind);
  }

  #make(type: ResourceType, select: SelectorOptions): Entry {
    const { client, clock, metrics, freeze, keepManagedFields } = this.#options;
    const logger = this.#options.logger.child({ informer: type.kind });
    const informer = new SharedInformer({
      type,
      freeze,
      onError: (error) => {
        metrics.handlerFailed(type.kind);
        logger.error({ err: error }, 'an informer handler failed');
      },
    });
    const reflector = new Reflector({
      resource: client.resource(type),
      select,
      sink: informer,
      watchList: this.#watchList,
      clock,
      logger,
      keepManagedFields,
    });
    return { informer, reflector };
  }
}
