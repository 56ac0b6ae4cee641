import {
  coreV1,
  hasFinalizer,
  isNotFound,
  keyOf,
  type Clock,
  type ObjectKey,
  type ReconcileContext,
  type ReconcileResult,
  type Service,
} from '@armillary/kube';
import type { PortClaim } from '../kinds/port-claim.ts';
import { RELEASE_FINALIZER } from '../request/release-finalizer.ts';
import { requestOf } from '../request/service-request.ts';
import { ClaimWriter } from './claim-writer.ts';
import type { ClusterView } from './cluster-view.ts';
import type { WantedCondition } from './condition.ts';
import type { ControllerMetrics } from './controller-metrics.ts';
import { refusedConditions } from './service-conditions.ts';
import type { ServiceEvents } from './service-events.ts';
import { ServiceMemories, type ServiceMemory } from './service-memory.ts';
import { markService, unmarkService } from './service-status.ts';
import { ServiceTurn } from './service-turn.ts';

/** What a reconciler works with. */
export interface ServiceReconcilerOptions {
  readonly view: ClusterView;
  readonly events: ServiceEvents;
  readonly metrics: ControllerMetrics;
  readonly clock: Clock;
  /** Whether the server keeps `ipMode` in a status. */
  readonly keepsIpMode: boolean;
}

/** Brings a Service, its claims and its status to what it asks for and the nodes can give. */
export class ServiceReconciler {
  readonly #options: ServiceReconcilerOptions;
  readonly #memories = new ServiceMemories();

  constructor(options: ServiceReconcilerOptions) {
    this.#options = options;
    options.view.services.onEvent({ deleted: ({ metadata }) => this.#memories.forget(metadata.uid ?? '') });
  }

  /** Rejects with a `KubeError` when something was in the way; then it is to be called again. */
  async reconcile(key: ObjectKey, context: ReconcileContext): Promise<ReconcileResult | void> {
    const { view, events, metrics, clock, keepsIpMode } = this.#options;
    const { client, signal } = context;
    const cached = view.services.get(key.name, key.namespace);
    const uid = cached?.metadata.uid ?? '';
    const writer = new ClaimWriter(client, view.ledger, signal);
    const orphans = view.ledger
      .ofService(key)
      .filter(({ metadata, spec }) => metadata.uid !== undefined && spec.service.uid !== uid);
    if (orphans.length > 0) await this.#collect(key, orphans, writer, context);
    if (!cached) return this.#standBack(key);

    const isGoing = cached.metadata.deletionTimestamp !== undefined;
    const service = this.#isUnmarked(cached) && !isGoing ? await markService(client, cached, signal) : cached;
    const memory = this.#memories.of(uid);
    const result = requestOf(service, view.settings);
    if (result.kind !== 'request' || isGoing) {
      this.#standBack(key);
      if (result.kind === 'notOurs' && result.why === 'ServedByAnother')
        events.servedByAnother(service, memory);
      const conditions = result.kind === 'refused' && !isGoing ? refusedConditions(result) : [];
      return this.#release(service, memory, conditions, writer, context);
    }
    const { request, warnings } = result;
    events.warn(service, memory, warnings);
    const now = clock.now();
    const turn = {
      service,
      request,
      memory,
      view,
      writer,
      events,
      metrics,
      client,
      signal,
      keepsIpMode,
      now,
    };
    const lookAgainAt = await new ServiceTurn(turn).run();
    return lookAgainAt === undefined ? undefined : { requeueAfterMs: Math.max(0, lookAgainAt - clock.now()) };
  }

  /** Whether somebody took the finalizer from a Service that has claims: without it, its addresses look like another's. */
  #isUnmarked(service: Service): boolean {
    return !hasFinalizer(service, RELEASE_FINALIZER) && this.#claimsOf(service).length > 0;
  }

  #claimsOf(service: Service): PortClaim[] {
    const { uid } = service.metadata;
    const claims = this.#options.view.ledger.ofService(keyOf(service));
    return claims.filter(({ metadata, spec }) => metadata.uid !== undefined && spec.service.uid === uid);
  }

  /** The Service wants nothing any more. */
  #standBack(key: ObjectKey): void {
    const { view } = this.#options;
    view.waiting.remove(key);
    view.freed(view.ledger.unreserve(key).map(({ spec }) => spec));
  }

  /** Deletes claims of Services that are gone. A cache that lags behind must not delete those of one that came. */
  async #collect(
    { namespace, name }: ObjectKey,
    orphans: readonly PortClaim[],
    writer: ClaimWriter,
    { client, signal }: ReconcileContext,
  ): Promise<void> {
    let uid: string | undefined;
    try {
      uid = (await client.resource(coreV1.services).get(name, { namespace, signal })).metadata.uid;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    await writer.removeAll(orphans.filter(({ spec }) => spec.service.uid !== uid));
  }

  /** Gives back what a Service has: its ports first, then its addresses, and the finalizer last. */
  async #release(
    service: Service,
    memory: ServiceMemory,
    conditions: readonly WantedCondition[],
    writer: ClaimWriter,
    { client, signal }: ReconcileContext,
  ): Promise<void> {
    const { view, events, clock } = this.#options;
    const claims = this.#claimsOf(service);
    const isMarked = hasFinalizer(service, RELEASE_FINALIZER) || memory.isRefused;
    if (claims.length === 0 && conditions.length === 0 && !isMarked) return;
    await writer.removeAll(claims);
    if (claims.length > 0) events.released(service, claims);
    events.troubled(service, conditions);
    const wanted = { conditions, now: clock.now() };
    await unmarkService(client, service, view.addressesOf(claims), wanted, signal);
    memory.isRefused = conditions.length > 0;
  }
}
