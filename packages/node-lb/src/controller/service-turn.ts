import type { KubeClient, Service } from '@armillary/kube';
import { canonicalAddress } from '../address/address.ts';
import type { PortKey } from '../address/protocol.ts';
import type { Holdings } from '../allocation/allocation-world.ts';
import { placeService } from '../allocation/place-service.ts';
import type { PlacedNode, Placement } from '../allocation/placement.ts';
import type { PortClaim } from '../kinds/port-claim.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import { isServed, progressOf, unreachableWords } from './claim-progress.ts';
import { arrivingSteps, leavingSteps, type ClaimSteps } from './claim-steps.ts';
import type { ClaimWriter } from './claim-writer.ts';
import type { ClusterView } from './cluster-view.ts';
import type { ControllerMetrics } from './controller-metrics.ts';
import { publicationOf, type Exposure } from './published-entries.ts';
import { servedConditions, type Withheld } from './service-conditions.ts';
import type { ServiceEvents } from './service-events.ts';
import type { ServiceMemory } from './service-memory.ts';
import { markService, ownEntries, writeStatus } from './service-status.ts';

/** What one reconcile of a Service that is to be served works with. */
export interface TurnOptions {
  readonly service: Service;
  readonly request: ExposureRequest;
  readonly memory: ServiceMemory;
  readonly view: ClusterView;
  readonly writer: ClaimWriter;
  readonly events: ServiceEvents;
  readonly metrics: ControllerMetrics;
  readonly client: KubeClient;
  readonly signal: AbortSignal;
  readonly keepsIpMode: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Plan {
  readonly placement: Placement;
  /** Nodes to leave at once. */
  readonly forsaken: ReadonlySet<string>;
  readonly steps: ClaimSteps;
}

/** Ports that others took while this Service was about to; each teaches the ledger, so that there is an end. */
const mostConflicts = 100;

/**
 * One reconcile of a Service that is to be served: ports are taken, then the status says so, then what is left is given
 * back. Until the first claim is written nothing is waited for, so that Services get their turns in the order of the
 * queue.
 */
export class ServiceTurn {
  readonly #options: TurnOptions;
  #service: Service;

  constructor(options: TurnOptions) {
    this.#options = options;
    this.#service = options.service;
  }

  /** Resolves with the time to look again without any news; rejects with a `KubeError`, and then is to be repeated. */
  async run(): Promise<number | undefined> {
    const { view, writer, request, memory, now } = this.#options;
    const refused = this.#noteProgress();
    let plan = this.#plan(refused);
    await writer.removeAll(refused);
    for (let conflicts = 0; await this.#arrive(plan); conflicts += 1) {
      if (conflicts >= mostConflicts)
        throw new Error('other controllers take every port first; tried again later');
      plan = this.#plan([]);
    }
    const { placement } = plan;
    await this.#tell(placement);
    const nextDue = await this.#leave(plan);
    const times = [
      nextDue,
      placement.short ? view.refusals.nextTry(request.ports, now) : undefined,
      memory.movedAt === undefined ? undefined : memory.movedAt + view.settings.moveGraceMs,
      ...[...memory.failingSince.values()].map((since) => since + view.settings.nodeGraceMs),
    ].filter((at) => at !== undefined && at > now);
    return times.length === 0 ? undefined : Math.min(...(times as number[]));
  }

  /** The Service's claims that exist, whether they are wanted or not. */
  #claims(): PortClaim[] {
    const { view, request } = this.#options;
    return view.ledger
      .ofService(request.service)
      .filter(({ metadata, spec }) => metadata.uid !== undefined && spec.service.uid === request.service.uid);
  }

  /** Learns what the agents say. Answers the claims that they will not serve: they are given up. */
  #noteProgress(): PortClaim[] {
    const { view, memory, now } = this.#options;
    const failing = new Map<string, number>();
    const refused = this.#claims().filter((claim) => {
      const { name = '' } = claim.metadata;
      const { progress } = progressOf(claim);
      if (progress === 'refused') this.#refuse(claim);
      if (progress === 'programmed') view.refusals.forget(claim.spec.nodeName, claim.spec);
      if (progress === 'failing') {
        const since = memory.failingSince.get(name) ?? now;
        failing.set(name, since);
        if (now - since >= view.settings.nodeGraceMs) this.#refuse(claim);
      }
      return progress === 'refused';
    });
    memory.failingSince = failing;
    return refused;
  }

  #refuse(claim: PortClaim): void {
    const { view, metrics, events, now } = this.#options;
    const { nodeName, protocol, port } = claim.spec;
    if (view.refusals.current(nodeName, { protocol, port }, now)) return;
    const { reason = '', message = '' } = progressOf(claim);
    const owner = claim.status?.owner ?? 'somebody whom the node cannot name';
    const refusal = view.refusals.refuse(
      { node: nodeName, protocol, port, reason, message, ...(reason === 'PortInUse' ? { owner } : {}) },
      now,
    );
    metrics.conflict(reason);
    events.refused(this.#service, refusal);
  }

  /** Chooses nodes, and takes what shall be claimed there for given at once. */
  #plan(givenUp: readonly PortClaim[]): Plan {
    const { view, request } = this.#options;
    // What an earlier try reserved and did not write stayed so until now, lest another take it between two tries.
    const dropped = view.ledger.unreserve(request.service);
    const claims = this.#claims().filter((claim) => !givenUp.includes(claim));
    const known = this.#knownNodes(claims);
    const chosen = placeService(request, view.worldFor(request, this.#holdings(claims)));
    // A node where not all ports are to be had is kept for want of a better one only if people know of it.
    const isComplete = ({ ports }: PlacedNode): boolean =>
      request.partial || ports.length === request.ports.length;
    const forsaken = new Set(
      chosen.nodes
        .filter((placed) => chosen.kept.length > 0 && !isComplete(placed) && !known.has(placed.node))
        .map(({ node }) => node),
    );
    const placement = { ...chosen, nodes: chosen.nodes.filter(({ node }) => !forsaken.has(node)) };
    const steps = arrivingSteps({ request, placement, claims });
    view.ledger.reserve(steps.create);
    // At once: what becomes free while this is carried out must not be missed.
    const waits = placement.short || placement.leaving.length > 0 || request.count === 'all';
    if (waits) view.waiting.add(request, placement.short);
    else view.waiting.remove(request.service);
    view.freed(
      dropped.filter(({ metadata }) => !view.ledger.get(metadata.name ?? '')).map(({ spec }) => spec),
    );
    return { placement, forsaken, steps };
  }

  #holdings(claims: readonly PortClaim[]): Holdings {
    const { memory, view, now } = this.#options;
    const ports = new Map<string, PortKey[]>();
    for (const { spec } of claims) {
      if (spec.withdrawAt !== undefined) continue;
      const { nodeName, protocol, port } = spec;
      ports.set(nodeName, [...(ports.get(nodeName) ?? []), { protocol, port }]);
    }
    const resting = memory.movedAt !== undefined && now < memory.movedAt + view.settings.moveGraceMs;
    return { ports, resting };
  }

  /** Nodes whose addresses the status tells; where it tells none on purpose, those that serve. */
  #knownNodes(claims: readonly PortClaim[]): Set<string> {
    const { view } = this.#options;
    const told = new Set(this.#told().flatMap(({ ip }) => canonicalAddress(ip ?? '') ?? []));
    const isKnown = (claim: PortClaim): boolean =>
      view.settings.publishStatus
        ? claim.spec.addresses.some((address) => told.has(address))
        : isServed(claim);
    return new Set(claims.filter(isKnown).map(({ spec }) => spec.nodeName));
  }

  /** Our entries in the status. */
  #told() {
    const { view } = this.#options;
    return ownEntries(this.#service, view.addressesOf(this.#claims()));
  }

  /** Creates and changes claims. Answers whether somebody else had taken one of the ports. */
  async #arrive({ steps }: Plan): Promise<boolean> {
    const { writer, events, metrics, client, signal } = this.#options;
    const before = new Set(this.#claims().map(({ spec }) => spec.nodeName));
    // The first write of all: a Service with claims does not go before they do.
    if (steps.create.length > 0) {
      this.#service = await markService(client, this.#service, signal);
    }
    for (const claim of steps.create) {
      const inTheWay = await writer.create(claim);
      if (!inTheWay) continue;
      metrics.conflict('Claimed');
      return true;
    }
    events.selected(
      this.#service,
      steps.create.filter(({ spec }) => !before.has(spec.nodeName)),
    );
    for (const { claim, spec } of steps.update) await writer.update(claim, spec);
    return false;
  }

  /** Writes the status, and tells of what changed. */
  async #tell(placement: Placement): Promise<void> {
    const { view, request, memory, events, client, signal, keepsIpMode, now } = this.#options;
    const claims = this.#claims();
    const publication = publicationOf({
      request,
      exposures: this.#exposures(placement, claims),
      present: this.#told(),
      ipMode: keepsIpMode,
      isTaken: (address, port) => view.isTaken(address, port, request.service.uid),
    });
    const withheld = this.#withheld();
    const conditions = servedConditions({ request, placement, publication, claims, withheld });
    events.troubled(this.#service, conditions);
    events.held(this.#service, memory, this.#heldMessage(claims));
    events.unreachable(this.#service, memory, unreachableWords(claims));
    const entries = withheld ? [] : publication.entries;
    this.#service = await writeStatus(client, this.#service, { entries, conditions, now }, signal);
  }

  /** Why nothing moves although nodes of the Service look unwell. */
  #heldMessage(claims: readonly PortClaim[]): string | undefined {
    const { view } = this.#options;
    return claims
      .map(({ spec }) => view.nodes.conditions.get(spec.nodeName)?.standing)
      .find((standing) => standing?.reason === 'MassFailure')?.message;
  }

  #exposures(placement: Placement, claims: readonly PortClaim[]): Exposure[] {
    const { view } = this.#options;
    const staying = claims.filter(({ spec }) => spec.withdrawAt === undefined);
    const told = this.#told().flatMap(({ ip }) => canonicalAddress(ip ?? '') ?? []);
    return [...Map.groupBy(staying, ({ spec }) => spec.nodeName)].map(([node, there]) => {
      const placed = placement.nodes.find((each) => each.node === node);
      const { facts, standing: { standing } = {} } = view.nodes.conditions.get(node) ?? {};
      return {
        node,
        claims: there,
        // A node whose addresses are away for a moment still answers at those that were told.
        placed:
          facts?.addresses.length === 0 ? placed && told : placed?.published.map(({ address }) => address),
        lost: standing === undefined || standing === 'lost',
      };
    });
  }

  #withheld(): Withheld | undefined {
    const { view, keepsIpMode } = this.#options;
    if (!view.settings.publishStatus) {
      return {
        reason: 'StatusWithheld',
        message: 'spec.publishStatus of the NodeLoadBalancer keeps it from the status',
      };
    }
    const ipvs = [...view.nodes.conditions.values()].find(({ facts }) => facts.agent?.proxy === 'ipvs');
    if (keepsIpMode || !ipvs) return undefined;
    return {
      reason: 'ProxyWouldTakeAddress',
      message: `kube-proxy of ${ipvs.facts.name} works in IPVS mode, and before Kubernetes 1.30 it would take an address in the status for its own; not published`,
    };
  }

  /** Withdraws from nodes that are left, and gives back what is due. Answers when the next is due. */
  async #leave({ placement, forsaken }: Plan): Promise<number | undefined> {
    const { view, request, writer, now } = this.#options;
    const { drainMs } = view.settings;
    const claims = this.#claims();
    const steps = leavingSteps({ request, placement, claims, forsaken, now, drainMs });
    this.#noteMoves(placement, [...steps.update.map(({ claim }) => claim), ...steps.remove]);
    for (const { claim, spec } of steps.update) await writer.update(claim, spec);
    await writer.removeAll(steps.remove);
    return steps.nextDue;
  }

  #noteMoves({ nodes, leaving }: Placement, left: readonly PortClaim[]): void {
    const { events, metrics, memory, now } = this.#options;
    const from = new Set(
      left.filter(({ spec }) => spec.withdrawAt === undefined).map(({ spec }) => spec.nodeName),
    );
    const reasons = new Map(leaving.map((obstacle) => [obstacle.node, obstacle]));
    for (const node of from) {
      const why = reasons.get(node);
      // Of a node that stays, or that is left again before it answered, only ports went.
      if (!why) continue;
      memory.movedAt = now;
      metrics.moved(why.reason);
      events.moved(
        this.#service,
        node,
        nodes.map((placed) => placed.node),
        why.message,
      );
    }
  }
}
