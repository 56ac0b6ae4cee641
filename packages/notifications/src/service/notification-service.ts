import {
  systemClock,
  type Clock,
  type ControllerManager,
  type KubeClient,
  type Logger,
} from '@armillary/kube';
import { channelTypes, type ChannelType } from '../channels/channel-type.ts';
import { createChannels } from '../channels/channels.ts';
import { createEmailChannel } from '../channels/email/email-channel.ts';
import { TokenCache } from '../channels/token-cache.ts';
import { CredentialReader } from '../credentials/credential-reader.ts';
import { Dispatcher } from '../dispatch/dispatcher.ts';
import { RateLimiter } from '../dispatch/rate-limiter.ts';
import { NotificationError } from '../errors.ts';
import { ClusterName } from '../objects/cluster-name.ts';
import { TemplateTexts } from '../objects/template-texts.ts';
import { AddressPolicy } from '../outgoing/address-policy.ts';
import { createOutgoingHttp } from '../outgoing/create-outgoing-http.ts';
import type { TenantMatch } from '../routing/alert-class.ts';
import { chooseConfig } from '../routing/config-choice.ts';
import type { AlertDecision } from '../routing/decision.ts';
import { explainReceiver } from '../routing/explain-receiver.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import type {
  DirectNotification,
  EntryFilter,
  InvalidationRequest,
  NotificationApi,
} from '../server/notification-api.ts';
import { invalidationRefusal, parseInvalidation } from '../sources/invalidation.ts';
import { ReceiverSources } from '../sources/receiver-sources.ts';
import { sourceSecrets } from '../sources/source-auth.ts';
import type { AlertTrace, DeadLetter, NotificationStore } from '../store/notification-store.ts';
import { parseGoDuration } from '../validation/go-duration.ts';
import { AlertRouter } from './alert-router.ts';
import { ChannelContexts } from './channel-contexts.ts';
import { ClusterWorld } from './cluster-world.ts';
import { CurrentTemplates } from './current-templates.ts';
import { deliver, type DeliverOptions } from './deliver.ts';
import { sendNow } from './direct-sender.ts';
import { historyDelivery } from './history.ts';
import { Housekeeping } from './housekeeping.ts';
import { Intake } from './intake.ts';
import { Metrics } from './metrics.ts';
import { SelfAlerts } from './self-alerts.ts';
import { writeSourceConditions } from './source-conditions.ts';

/** Options of a `NotificationService`. Times in milliseconds. */
export interface NotificationServiceOptions {
  client: KubeClient;
  /** Whose caches are followed; started by the caller. */
  manager: ControllerManager;
  store: NotificationStore;
  logger: Logger;
  /** Where answers of sources are kept over a restart. */
  sourcesFolder: string;
  /** Which NotificationManager counts; the oldest when absent. */
  name: string | undefined;
  /** The namespace of Secrets and ConfigMaps that are named without one, where the object does not say it. */
  namespace: string;
  tenantMatch: TenantMatch;
  apiUrls: Readonly<Partial<Record<ChannelType, string>>>;
  /** Where all sidecars of the object are; each on this machine, at its own port, when absent. */
  sidecarUrl: string | undefined;
  userAgent: string;
  /** A delivery that could not be made for so long is given up. */
  expireAfterMs: number;
  clock?: Clock;
}

/** Upstream waits up to a minute for a batch, on top of what Alertmanager waited: here only what the object asks for. */
const usualBatch = { maxSize: 100, maxWaitMs: 1000 };
/** How long deliveries under way may take to end when the process stops. */
const drainMs = 20_000;

/** The notification manager without its HTTP interface: takes alerts, decides, delivers, and says why. */
export class NotificationService implements NotificationApi {
  readonly #options: NotificationServiceOptions;
  readonly #clock: Clock;
  readonly #world: ClusterWorld;
  readonly #clusterName: ClusterName;
  readonly #credentials: CredentialReader;
  readonly #sources: ReceiverSources;
  readonly #contexts: ChannelContexts;
  readonly #router: AlertRouter;
  readonly #dispatcher: Dispatcher;
  readonly #delivering: DeliverOptions;
  readonly #metrics: Metrics;
  readonly #intake: Intake;
  readonly #housekeeping: Housekeeping;
  readonly #close: (() => Promise<unknown>)[];
  #started = false;

  constructor(options: NotificationServiceOptions) {
    const { client, manager, store, logger, userAgent } = options;
    const clock = options.clock ?? systemClock;
    this.#options = options;
    this.#clock = clock;
    this.#clusterName = new ClusterName(manager);
    this.#credentials = new CredentialReader({ client, clock, defaultNamespace: () => this.#namespace });
    const selfAlerts = new SelfAlerts({
      clock,
      newest: async (fingerprint) => (await store.traces(fingerprint, 1))[0]?.alert,
      accept: async (alerts) => await this.#intake.take(alerts),
      onError: (err) => logger.error({ err }, 'an alert about a source could not be kept'),
    });
    // The addresses of sources are given by whoever may write ReceiverSources: the cluster's administrators.
    const toSources = createOutgoingHttp({ policy: new AddressPolicy({ allowLoopback: true }), userAgent });
    this.#sources = new ReceiverSources({
      http: toSources,
      credential: (credential) => this.#credentials.read(credential),
      folder: options.sourcesFolder,
      onSourceDown: (source, reason) => selfAlerts.sourceDown(source, reason),
      onSourceUp: (source) => selfAlerts.sourceUp(source),
      clock,
      logger,
    });
    const email = createEmailChannel();
    const channels = createChannels(email);
    this.#world = new ClusterWorld({
      manager,
      channels,
      sources: this.#sources,
      name: options.name,
      tenantMatch: options.tenantMatch,
      sidecarUrl: options.sidecarUrl,
      logger,
    });
    const texts = new TemplateTexts({
      client,
      clock,
      defaultNamespace: () => this.#namespace,
      onProblem: (problem) => logger.warn({}, problem),
    });
    this.#contexts = new ChannelContexts({
      credentials: this.#credentials,
      templates: new CurrentTemplates({
        texts,
        clock,
        spec: () => this.#world.spec,
        onProblem: (problem) => logger.warn({}, problem),
      }),
      tokens: new TokenCache({ clock }),
      clock,
      userAgent,
      options: () => this.#world.spec?.receivers?.options,
      trustOf: (source) => this.#world.trustOf(source),
      apiUrls: options.apiUrls,
    });
    this.#metrics = new Metrics({ backlog: () => store.backlog(), sources: () => this.#sources.status() });
    this.#router = new AlertRouter({
      store,
      clock,
      logger,
      world: () => this.#world.world,
      ask: (question, signal) => this.#sources.ask(question, signal),
      batch: () => this.#batch,
      expireAfterMs: options.expireAfterMs,
      onRouted: (decision) => this.#metrics.routed(resultOf(decision)),
    });
    this.#intake = new Intake({
      store,
      cluster: () => this.#clusterName.get(this.#world.spec?.receivers?.options?.global?.cluster),
      onAccepted: (count) => this.#router.arrived(count),
      metrics: this.#metrics,
      clock,
      logger,
    });
    this.#housekeeping = new Housekeeping({
      store,
      writeConditions: (now) =>
        writeSourceConditions(client, this.#world.snapshot.sources, this.#sources.status(), now, logger),
      clock,
      logger,
    });
    this.#delivering = {
      channels,
      limiter: new RateLimiter({ clock }),
      store,
      clock,
      currentReceiver: (receiver) => this.#world.currentReceiver(receiver),
      currentConfig: (config) => this.#world.currentConfig(config),
      contextFor: (notice, signal) => this.#contexts.for(notice, signal),
      historyOf: (delivery) => historyDelivery(delivery, this.#world.spec, clock.now()),
    };
    this.#dispatcher = new Dispatcher({
      store,
      clock,
      logger,
      deliver: (delivery, signal) => deliver(delivery, signal, this.#delivering),
      onAttempt: (delivery, outcome, durationMs) =>
        this.#metrics.attempted(delivery, outcome, durationMs, clock.now()),
    });
    this.#close = [
      () => this.#contexts.close(),
      () => this.#sources.close().then(() => selfAlerts.settled()),
      () => toSources.close(),
      () => email.close(),
    ];
  }

  /**
   * Waits until the cluster's objects are known, then takes, routes and delivers alerts. Rejects with the signal's
   * reason.
   */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#world.synced(signal), this.#clusterName.synced(signal)]);
    this.#started = true;
    this.#router.start();
    this.#dispatcher.start();
    this.#housekeeping.start();
  }

  /** Ends gracefully: what is under way is finished or given back, and everything accepted stays in the store. */
  async stop(): Promise<void> {
    this.#housekeeping.stop();
    await Promise.all([this.#router.stop(), this.#dispatcher.stop(drainMs)]);
    await Promise.all(this.#close.map((close) => close()));
  }

  async accept(body: unknown): Promise<void> {
    // What is added to an alert, such as the cluster's name, is read from objects.
    if (!this.#started) throw new NotificationError('Busy', 'the objects of the cluster are not read yet');
    await this.#intake.post(body);
  }

  async sendNow(notification: DirectNotification): Promise<string[]> {
    return await sendNow(notification, this.#world.world, this.#delivering);
  }

  receivers(filter: EntryFilter): ChannelReceiver[] {
    return this.#world.world.receivers.filter((receiver) => fits(receiver, filter));
  }

  configs(filter: EntryFilter): ChannelConfig[] {
    return this.#world.world.configs.filter((config) => fits(config, filter));
  }

  receiversWithConfig(
    filter: EntryFilter,
  ): { receiver: ChannelReceiver; config: ChannelConfig | undefined }[] {
    return this.receivers(filter).map((receiver) => ({
      receiver,
      config: chooseConfig(receiver, this.#world.world),
    }));
  }

  async traces(fingerprint: string, limit: number): Promise<AlertTrace[]> {
    return await this.#options.store.traces(fingerprint, limit);
  }

  explainReceiver(name: string, { decisions }: AlertTrace): string[] {
    const steps = decisions.flatMap((decision) => decision.steps);
    return explainReceiver(name, steps, this.#world.world);
  }

  async deadLetters(filter: { channel?: string; tenant?: string; limit: number }): Promise<DeadLetter[]> {
    const { channel, ...rest } = filter;
    if (channel === undefined) return await this.#options.store.deadLetters(rest);
    const known = channelTypes.find((type) => type === channel);
    if (!known) throw new NotificationError('Invalid', `channel is one of ${channelTypes.join(', ')}`);
    return await this.#options.store.deadLetters({ ...rest, channel: known });
  }

  async replay(ids: readonly string[]): Promise<number> {
    return await this.#options.store.replay(ids, this.#clock.now() + this.#options.expireAfterMs);
  }

  async invalidate({ source, method, url, headers, body }: InvalidationRequest): Promise<void> {
    const found = this.#world.snapshot.sources.find(({ metadata }) => metadata.name === source);
    // A Secret that cannot be read is told to those who ask about the source, not to those who call it.
    const secrets = await sourceSecrets(found?.spec.auth ?? {}, (one) => this.#credentials.read(one)).catch(
      () => [],
    );
    const single = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
    );
    const refusal = invalidationRefusal({ method, target: url, body }, single, secrets, this.#clock.now());
    if (refusal !== undefined) throw new NotificationError('Unauthenticated', refusal);
    this.#sources.invalidate(parseInvalidation(source, body));
  }

  problems(): string[] {
    return this.#options.manager.readiness().problems;
  }

  async metrics(): Promise<{ contentType: string; text: string }> {
    const { registry } = this.#metrics;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  get #namespace(): string {
    return this.#world.spec?.defaultSecretNamespace || this.#options.namespace;
  }

  get #batch(): { maxSize: number; maxWaitMs: number } {
    const { batchMaxSize, batchMaxWait } = this.#world.spec ?? {};
    return {
      maxSize: batchMaxSize && batchMaxSize > 0 ? batchMaxSize : usualBatch.maxSize,
      maxWaitMs: (batchMaxWait && parseGoDuration(batchMaxWait)) || usualBatch.maxWaitMs,
    };
  }
}

function resultOf({ targets, tenantsHeld }: AlertDecision): 'told' | 'nobody' | 'held' {
  if (tenantsHeld) return 'held';
  return targets.length > 0 ? 'told' : 'nobody';
}

function fits(entry: { type: string; name: string; tenant?: string }, filter: EntryFilter): boolean {
  const { tenant, type, name } = filter;
  return (
    (tenant === undefined || entry.tenant === tenant) &&
    (type === undefined || entry.type === type) &&
    (name === undefined || entry.name === name)
  );
}
