import {
  coordinationV1,
  coreV1,
  formatKey,
  hasFinalizer,
  keyOf,
  type ControllerManager,
  type EndpointSlice,
  type Informer,
  type KubeObject,
  type Lease,
  type ObjectKey,
  type Pod,
  type ResourceType,
  type Service,
} from '@armillary/kube';
import { isDeepStrictEqual } from 'node:util';
import type { AllocationWorld, Holdings } from '../allocation/allocation-world.ts';
import type { PortKey } from '../address/protocol.ts';
import { AGENT_LABEL } from '../kinds/agent-lease.ts';
import { nodeLoadBalancerKind, SETTINGS_NAME, type NodeLoadBalancer } from '../kinds/node-load-balancer.ts';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import { portUsesOfClaim } from '../ports/claim-port-uses.ts';
import { portUsesOfNode } from '../ports/node-port-uses.ts';
import { portUsesOfPod } from '../ports/pod-port-uses.ts';
import type { PortUse } from '../ports/port-use.ts';
import { PortUses } from '../ports/port-uses.ts';
import { portUsesOfService } from '../ports/service-port-uses.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';
import { RELEASE_FINALIZER } from '../request/release-finalizer.ts';
import { settingsOf, type Settings } from '../request/settings.ts';
import { ClaimLedger, type ClaimNews } from './claim-ledger.ts';
import { ClusterNodes, nodeOf } from './cluster-nodes.ts';
import { nodesWithEndpoint, serviceOfSlice } from './local-nodes.ts';
import { Refusals } from './refusals.ts';
import { WaitingServices } from './waiting-services.ts';

const sliceIndex = 'node-lb service';

/** What the view is made from. */
export interface ClusterViewOptions {
  readonly manager: ControllerManager;
  readonly sliceType: ResourceType<EndpointSlice>;
  readonly leaseNamespace: string;
  readonly acceptUnprovenProxy: boolean;
  readonly now: () => number;
}

/**
 * Everything that allocation is decided from, kept up to date change by change, and who is to look again because of a
 * change. It writes nothing.
 */
export class ClusterView {
  readonly nodes = new ClusterNodes();
  readonly refusals = new Refusals();
  readonly waiting = new WaitingServices();
  readonly ledger = new ClaimLedger((...change) => this.#claimChanged(...change));
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  settings: Settings = defaultSettings();
  readonly #settings: Informer<NodeLoadBalancer>;
  readonly #options: ClusterViewOptions;
  readonly #uses = new PortUses();
  readonly #informers: readonly Informer[];
  /** Set by `start`. */
  #waker: ((key: ObjectKey) => void) | undefined;
  /** The same, as soon as there are settings. */
  #wake: ((key: ObjectKey) => void) | undefined;

  constructor(options: ClusterViewOptions) {
    this.#options = options;
    const { manager, sliceType, leaseNamespace, now } = options;
    this.services = manager.informer<Service>(coreV1.services);
    this.slices = manager.informer<EndpointSlice>(sliceType);
    const claims = manager.informer<PortClaim>(portClaimKind);
    const nodes = manager.informer(coreV1.nodes);
    const pods = manager.informer<Pod>(coreV1.pods);
    const leases = manager.informer<Lease>(coordinationV1.leases, {
      namespace: leaseNamespace,
      labelSelector: `${AGENT_LABEL}=true`,
    });
    this.#settings = manager.informer<NodeLoadBalancer>(nodeLoadBalancerKind);
    this.#informers = [this.services, this.slices, this.#settings, claims, nodes, pods, leases];

    this.slices.addIndex(sliceIndex, (slice) => {
      const service = serviceOfSlice(slice);
      return service ? [formatKey(service)] : [];
    });
    follow(this.services, (service, before) => this.#used('service', portUsesOfService, service, before));
    follow(pods, (pod, before) => this.#used('pod', portUsesOfPod, pod, before));
    follow(nodes, (node, before) => {
      this.nodes.sawNode(keyOf(node ?? before).name, node);
      this.#used('node', portUsesOfNode, node, before);
    });
    follow(claims, (claim, before) => this.ledger.saw(keyOf(claim ?? before).name, claim));
    leases.onEvent({
      added: (lease) => this.nodes.sawLease(lease, now()),
      updated: (_before, lease) => this.nodes.sawLease(lease, now()),
      deleted: (lease) => this.nodes.lostLease(lease),
    });
  }

  /**
   * Begins to say who is to look again. Everybody is, once, those who came first being first: who has waited longest
   * gets what became free while nobody looked. Where the settings cannot be, that waits until they are corrected: nobody
   * knows who may have what then, and what is served goes on.
   */
  async start(wake: (key: ObjectKey) => void): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.waitForSync()));
    this.#waker = wake;
    this.readSettings(this.#settings.get(SETTINGS_NAME));
  }

  /** Whether {@link start} has woken everybody: from then on changes wake whom they concern. */
  get started(): boolean {
    return this.#wake !== undefined;
  }

  /**
   * Reads the settings, and wakes everybody when they changed. Answers what is wrong with them; then those of before
   * hold, and where there were none, everybody waits.
   */
  readSettings(object: NodeLoadBalancer | undefined): readonly string[] {
    const result = settingsOf(object?.spec);
    if (result.kind === 'problems') return result.problems;
    const changed = !isDeepStrictEqual(this.settings, result.settings);
    this.settings = result.settings;
    const starts = this.#wake !== this.#waker;
    this.#wake = this.#waker;
    if (starts) this.observeNodes();
    if (starts || changed) this.#wakeAll();
    return [];
  }

  /** Looks at the nodes, and wakes the Services that a change may concern. Answers when to look again without any news. */
  observeNodes(): number | undefined {
    const changed = this.nodes.observe(this.settings, this.ledger.nodes(), this.#options.now());
    if (changed.length > 0) {
      const concerned = changed.flatMap((node) => this.ledger.onNode(node)).map(({ spec }) => spec.service);
      this.wake(concerned);
      this.wake(this.waiting.all());
    }
    return this.nodes.standings.lookAgainAt;
  }

  /** Asks for a reconcile of each of these Services, in this order. */
  wake(keys: Iterable<ObjectKey>): void {
    if (!this.#wake) return;
    for (const { namespace, name } of keys) this.#wake({ namespace, name });
  }

  /** Whether a change of a lease is no more than a sign of life of a node that is well. */
  isRoutine(before: Lease, after: Lease): boolean {
    return (
      this.nodes.isUsed(nodeOf(after) ?? '') &&
      isDeepStrictEqual(before.metadata.annotations, after.metadata.annotations)
    );
  }

  /** The Service of a slice, if it is one that its endpoints decide about. */
  localServicesOf(slice: EndpointSlice): ObjectKey[] {
    const key = serviceOfSlice(slice);
    const spec = key && this.services.get(key.name, key.namespace)?.spec;
    return key && spec?.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local' ? [key] : [];
  }

  /** What a choice of nodes for a Service is made from. */
  worldFor(request: ExposureRequest, holdings: Holdings): AllocationWorld {
    const { acceptUnprovenProxy, now } = this.#options;
    const { service } = request;
    let local: ReadonlySet<string> | undefined;
    return {
      nodes: this.nodes.conditions,
      holdings: () => holdings,
      portsAt: (node, port, exceptServiceUid) => [
        ...this.#uses.at(node, port, exceptServiceUid),
        ...this.#refusedUses(node.name, port, now()),
      ],
      claimsOn: (node) => this.ledger.countOn(node),
      hasLocalEndpoint: (_service, node) => {
        local ??= nodesWithEndpoint(this.slices.byIndex(sliceIndex, formatKey(service)), request);
        return local.has(node);
      },
      acceptUnprovenProxy,
    };
  }

  /** Whether a Service other than the one with this uid has a claim on the port at an address. */
  isTaken(address: string, port: PortKey, exceptServiceUid: string): boolean {
    return this.ledger
      .onPort(port)
      .some(({ spec }) => spec.service.uid !== exceptServiceUid && spec.addresses.includes(address));
  }

  /** Every address that is a node's, or that one of these claims names. */
  addressesOf(claims: readonly PortClaim[]): Set<string> {
    const addresses = new Set(claims.flatMap(({ spec }) => spec.addresses));
    for (const { facts } of this.nodes.conditions.values()) {
      for (const { address } of facts.addresses) addresses.add(address);
    }
    return addresses;
  }

  #wakeAll(): void {
    const concerned = this.services.list().filter(mayConcern);
    this.wake(concerned.sort((a, b) => ageOf(a) - ageOf(b)).map(keyOf));
    this.wake([...this.ledger.all()].map(({ spec }) => spec.service));
  }

  #refusedUses(node: string, port: PortKey, now: number): PortUse[] {
    const refusal = this.refusals.current(node, port, now);
    if (!refusal) return [];
    const { owner, reason, message } = refusal;
    const who = owner === undefined ? { owner: '', fault: { reason, message } } : { owner };
    return [{ node, ...port, kind: 'Refused', ...who }];
  }

  /** These ports could be had again. */
  freed(ports: readonly PortKey[]): void {
    this.wake(this.waiting.forPorts(ports));
  }

  #claimChanged(before: PortClaim | undefined, after: PortClaim | undefined, news: ClaimNews): void {
    this.#used('claim', portUsesOfClaim, after, before, news !== 'reserved');
    // A write that met another's claim brings its owner here: it may be gone, and the claim with it.
    const isOthers = after?.spec.service.uid !== before?.spec.service.uid;
    const concerned = news === 'seen' ? [before, after] : news === 'written' && isOthers ? [after] : [];
    this.wake(concerned.flatMap((claim) => (claim ? [claim.spec.service] : [])));
  }

  /** Notes which ports an object uses now; who waits for what became free looks again. */
  #used<T extends KubeObject>(
    kind: string,
    usesOf: (object: T) => PortUse[],
    after: T | undefined,
    before: T | undefined,
    tell = true,
  ): void {
    const object = after ?? before;
    if (!object) return;
    const freed = this.#uses.set(`${kind}/${formatKey(keyOf(object))}`, after ? usesOf(after) : []);
    if (freed && before && tell) this.freed(usesOf(before));
  }
}

/** Whether a Service is, or was, one for a load balancer. */
export function mayConcern(service: Service): boolean {
  return service.spec?.type === 'LoadBalancer' || hasFinalizer(service, RELEASE_FINALIZER);
}

function defaultSettings(): Settings {
  const result = settingsOf();
  if (result.kind === 'problems') throw new TypeError(result.problems.join('; '));
  return result.settings;
}

function ageOf({ metadata }: Service): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

/** Tells of every object as it is now, or that it is gone. */
function follow<T extends KubeObject>(
  informer: Informer<T>,
  tell: (...change: [after: T, before: T | undefined] | [after: undefined, before: T]) => void,
): void {
  informer.onEvent({
    added: (object) => tell(object, undefined),
    updated: (before, object) => tell(object, before),
    deleted: (object) => tell(undefined, object),
  });
}
