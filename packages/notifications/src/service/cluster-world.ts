import type { ControllerManager, Logger } from '@armillary/kube';
import type { ChannelType } from '../channels/channel-type.ts';
import type { Channels } from '../channels/channels.ts';
import { NotificationError } from '../errors.ts';
import type { NotificationManagerSpec } from '../kinds/notification-manager.ts';
import { ClusterObjects, type ObjectsSnapshot } from '../objects/cluster-objects.ts';
import type { TenantMatch } from '../routing/alert-class.ts';
import { buildWorld } from '../routing/build-world.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import type { RoutingWorld } from '../routing/routing-world.ts';
import { sidecarPort } from '../operator/sidecars.ts';
import type { ReceiverSources } from '../sources/receiver-sources.ts';
import { addressPolicyOf, settingsOf, type SidecarAddress } from '../sources/source-settings.ts';
import type { Trust } from '../sources/trust.ts';

/** Options of `ClusterWorld`. */
export interface ClusterWorldOptions {
  manager: ControllerManager;
  channels: Channels;
  sources: Pick<ReceiverSources, 'update'>;
  /** Which NotificationManager counts; the oldest when absent. */
  name: string | undefined;
  tenantMatch: TenantMatch;
  /** Where all sidecars of the object are; each on this machine, at its own port, when absent. */
  sidecarUrl: string | undefined;
  logger: Logger;
}

interface Current {
  snapshot: ObjectsSnapshot;
  world: RoutingWorld;
  /** What receivers of each source may do. */
  trust: ReadonlyMap<string, Trust>;
}

/** Everything that is decided by, as the cluster's objects have it now: built anew only after one has changed. */
export class ClusterWorld {
  readonly #options: ClusterWorldOptions;
  readonly #objects: ClusterObjects;
  #current: Current | undefined;
  /** What counted last. */
  #last: Current | undefined;
  #problems = new Set<string>();

  constructor(options: ClusterWorldOptions) {
    this.#options = options;
    this.#objects = new ClusterObjects(options.manager, options.name);
    this.#objects.onChange(() => (this.#current = undefined));
  }

  /** Resolves when everything that the cluster has is known; rejects with the signal's reason. */
  async synced(signal: AbortSignal): Promise<void> {
    await this.#objects.synced(signal);
  }

  get world(): RoutingWorld {
    return this.#now().world;
  }

  get snapshot(): ObjectsSnapshot {
    return this.#now().snapshot;
  }

  /** `spec` of the NotificationManager that counts. */
  get spec(): Partial<NotificationManagerSpec> | undefined {
    return this.#now().snapshot.manager?.spec;
  }

  /** What receivers of a source may do; undefined for one that is not there or whose settings are wrong. */
  trustOf(source: string): Trust | undefined {
    return this.#now().trust.get(source);
  }

  /**
   * The receiver of a delivery as it is now, narrowed to the same destination: its template may have been corrected
   * since. As it was when it is gone or has another address, because what was decided is told.
   */
  currentReceiver(receiver: ChannelReceiver): ChannelReceiver {
    const { type, name, tenant, origin } = receiver;
    const { receivers, channels } = this.world;
    const now = receivers.find((now) => now.type === type && now.name === name && now.tenant === tenant);
    if (origin.kind !== 'object' || !now) return receiver;
    try {
      const [told] = channels.destinations(receiver);
      const same = channels.destinations(now).find(({ address }) => address === told?.address);
      return same ? { ...now, spec: same.spec } : receiver;
    } catch (error) {
      // As it is now nobody could be told, for it would take too much.
      if (error instanceof NotificationError) return receiver;
      throw error;
    }
  }

  /** The config as it is now: a token may have been replaced since the delivery was queued. */
  currentConfig(config: ChannelConfig | undefined): ChannelConfig | undefined {
    if (config?.origin.kind !== 'object') return config;
    const { type, name, tenant } = config;
    return (
      this.world.configs.find((now) => now.type === type && now.name === name && now.tenant === tenant) ??
      config
    );
  }

  #now(): Current {
    this.#current ??= this.#readOrKeep();
    return this.#current;
  }

  #readOrKeep(): Current {
    try {
      this.#last = this.#read();
    } catch (error) {
      if (!this.#last) throw error;
      // One object that nobody foresaw must not end alerting.
      const message = 'the objects of the cluster cannot be read; what they said before counts';
      this.#options.logger.error({ err: error }, message);
    }
    return this.#last;
  }

  #read(): Current {
    const { channels, sources, tenantMatch, sidecarUrl } = this.#options;
    const snapshot = this.#objects.snapshot();
    const channel = (type: ChannelType) => channels.get(type)!;
    const options = snapshot.manager?.spec?.receivers?.options;
    const { world, problems } = buildWorld(snapshot, {
      tenantMatch,
      needsConfig: (type, spec) => channel(type).needsConfig(spec),
      destinations: ({ type, spec }) => channel(type).destinations(spec, options),
    });
    this.#report(
      problems.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`),
      snapshot,
    );
    sources.update(snapshot.sources, sidecarsOf(snapshot, sidecarUrl));
    return { snapshot, world, trust: trustIn(snapshot) };
  }

  /** Logs what is wrong once, until it is mended. */
  #report(problems: readonly string[], { manager, otherManagers }: ObjectsSnapshot): void {
    const { name } = this.#options;
    const managers =
      manager || name === undefined
        ? otherManagers.map((other) => `NotificationManager ${other}: there is another one, which counts`)
        : [`NotificationManager ${name}: there is none of this name; what holds without any counts`];
    const now = new Set([...problems, ...managers]);
    for (const problem of now) {
      if (!this.#problems.has(problem)) this.#options.logger.warn({}, problem);
    }
    this.#problems = now;
  }
}

function sidecarsOf({ manager }: ObjectsSnapshot, url: string | undefined): SidecarAddress[] {
  const { sidecars = {} } = manager?.spec ?? {};
  return (['receiver', 'tenant'] as const).flatMap((key) => {
    const sidecar = sidecars[key];
    return sidecar ? [{ key, url: url ?? `http://localhost:${sidecarPort(sidecar)}` }] : [];
  });
}

function trustIn({ sources }: ObjectsSnapshot): Map<string, Trust> {
  const trusted = new Map<string, Trust>();
  for (const source of sources) {
    try {
      const { trust } = settingsOf(source);
      const { secretNamespaces } = trust;
      trusted.set(source.metadata.name!, { secretNamespaces, policy: addressPolicyOf(trust) });
    } catch (error) {
      // Its answers are refused as well, with the reason.
      if (!(error instanceof NotificationError)) throw error;
    }
  }
  return trusted;
}
