import {
  coordinationV1,
  coreV1,
  discoveryV1,
  systemClock,
  watchOf,
  type Clock,
  type ControllerDefinition,
  type ControllerManager,
  type EndpointSlice,
  type Lease,
  type Node,
  type ObjectKey,
  type ResourceType,
  type Service,
} from '@armillary/kube';
import type { Registry } from 'prom-client';
import { AGENT_LABEL } from '../kinds/agent-lease.ts';
import { nodeLoadBalancerKind, SETTINGS_NAME, type NodeLoadBalancer } from '../kinds/node-load-balancer.ts';
import { ClusterView, mayConcern } from './cluster-view.ts';
import { ControllerMetrics } from './controller-metrics.ts';
import { keepsIpMode } from './server-version.ts';
import { ServiceEvents } from './service-events.ts';
import { ServiceReconciler } from './service-reconciler.ts';

/** The settings of the controller that do not change while it runs; {@link NodeLoadBalancer} has the others. */
export interface NodeLoadBalancerControllerOptions {
  /** The namespace of the agents' leases. */
  readonly leaseNamespace: string;
  /** The API server's `gitVersion`, such as `v1.34.0`: before 1.30 a status has no `ipMode`. */
  readonly serverVersion: string;
  /** The EndpointSlices that the server serves: v1 unless told; see `endpointSliceType`. */
  readonly sliceType?: ResourceType<EndpointSlice>;
  /** Use nodes also where the policy Cluster was not proved: kube-proxy in IPVS mode, Cilium without kube-proxy. */
  readonly acceptUnprovenProxy?: boolean;
  readonly clock?: Clock;
  /** Where metrics are registered: the manager's registry unless told. */
  readonly metrics?: Registry;
}

/** Services that are looked at at the same time. */
const workers = 8;

/**
 * The controllers that give Services ports of nodes, to be added to the manager before it starts: one looks at the
 * nodes, the other serves the Services.
 *
 * @example
 * for (const controller of nodeLoadBalancerControllers(manager, options)) manager.add(controller);
 */
export function nodeLoadBalancerControllers(
  manager: ControllerManager,
  options: NodeLoadBalancerControllerOptions,
): ControllerDefinition[] {
  const { leaseNamespace, serverVersion, acceptUnprovenProxy = false } = options;
  const {
    clock = systemClock,
    sliceType = discoveryV1.endpointSlices,
    metrics = manager.metrics.registry,
  } = options;
  const view = new ClusterView({
    manager,
    sliceType,
    leaseNamespace,
    acceptUnprovenProxy,
    now: () => clock.now(),
  });
  const recorder = manager.recorder('node-lb');
  const reconciler = new ServiceReconciler({
    view,
    events: new ServiceEvents(recorder),
    metrics: new ControllerMetrics(metrics, view),
    clock,
    keepsIpMode: keepsIpMode(serverVersion),
  });
  const settings = manager.informer<NodeLoadBalancer>(nodeLoadBalancerKind);

  const nodes: ControllerDefinition<NodeLoadBalancer> = {
    name: 'node-lb-nodes',
    for: nodeLoadBalancerKind,
    predicates: [({ before, after }) => (after ?? before)?.metadata.name === SETTINGS_NAME],
    watches: [
      watchOf<Node>({ type: coreV1.nodes, map: toSettings }),
      watchOf<Lease>({
        type: coordinationV1.leases,
        select: { namespace: leaseNamespace, labelSelector: `${AGENT_LABEL}=true` },
        // A sign of life of a node that is well changes nothing.
        predicates: [({ before, after }) => !before || !after || !view.isRoutine(before, after)],
        map: toSettings,
      }),
    ],
    reconcile: () => {
      const object = settings.get(SETTINGS_NAME);
      const problems = view.readSettings(object);
      if (object && problems.length > 0) {
        const meanwhile = view.started
          ? 'the settings of before hold'
          : 'Services stay as they are till then';
        recorder.event(object, 'Warning', 'Invalid', `${problems.join('; ')}; ${meanwhile}`);
      }
      const lookAgainAt = view.observeNodes();
      return Promise.resolve(
        lookAgainAt === undefined ? undefined : { requeueAfterMs: Math.max(1, lookAgainAt - clock.now()) },
      );
    },
  };
  const services: ControllerDefinition<Service> = {
    name: 'node-lb-services',
    for: coreV1.services,
    workers,
    // Until the view has started nobody is woken by a change: it wakes everybody itself, in the right order.
    predicates: [
      ({ before, after }) =>
        view.started && [before, after].some((service) => service && mayConcern(service)),
    ],
    watches: [
      watchOf<EndpointSlice>({
        type: sliceType,
        map: (slice) => (view.started ? view.localServicesOf(slice) : []),
      }),
    ],
    sources: [(enqueue) => void view.start(enqueue)],
    reconcile: (key, context) => reconciler.reconcile(key, context),
  };
  return [nodes, services];
}

/** All nodes are looked at together: one key stands for them. */
function toSettings(): ObjectKey[] {
  return [{ namespace: '', name: SETTINGS_NAME }];
}
