import type { Alert } from '../alerts/alert.ts';
import type { Merged } from '../sources/merge.ts';
import type { ChannelReceiver } from '../channels/receiver.ts';
import type { RoutingRouter } from './router.ts';
import type { RoutePolicy } from '../kinds/notification-manager.ts';
import type { RoutingWorld } from './routing-world.ts';

/** A receiver that may be told of an alert. */
export interface Candidate {
  readonly receiver: ChannelReceiver;
  /** In words. */
  readonly why: string;
  /** Whether it is one only by what sources say, so that it waits for a source that fails closed. */
  readonly waits: boolean;
}

/** What a router says about an alert. */
export interface RouterVerdict {
  readonly router: string;
  /** Why it does not take the alert; absent when it does. */
  readonly mismatch?: string;
  readonly candidates: readonly Candidate[];
}

/** Asks every router. Receivers that sources named are given as objects are, by name, labels and tenant. */
export function askRouters(alert: Alert, world: RoutingWorld, tenants: Merged): RouterVerdict[] {
  const named = tenants.receivers.filter(isNamed);
  return world.routers.map((router) => {
    const mismatch = router.mismatch(alert.labels);
    return mismatch === undefined
      ? { router: router.name, candidates: given(router, named) }
      : { router: router.name, mismatch, candidates: [] };
  });
}

function given(router: RoutingRouter, named: readonly ChannelReceiver[]): Candidate[] {
  const why = `router ${router.name} gives it`;
  return [...router.receivers, ...named.filter(router.gives)].map((receiver) => ({
    receiver,
    why,
    waits: isNamed(receiver),
  }));
}

/** Global receivers and those of tenants: everybody who is told without a router. */
export function regularCandidates(world: RoutingWorld, tenants: Merged): Candidate[] {
  return [
    ...world.globalReceivers.map((receiver) => ({
      receiver,
      why: 'it is a global receiver',
      waits: false,
    })),
    ...tenants.receivers.map((receiver) => ({ receiver, why: tenantReason(receiver), waits: true })),
  ];
}

/** What a route policy does with the regular candidates. */
export function policyVerdict(policy: RoutePolicy, isRouted: boolean): { asksAll: boolean; reason: string } {
  if (policy === 'All') return { asksAll: true, reason: 'routers, global receivers and tenants all count' };
  if (policy === 'RouterOnly') return { asksAll: false, reason: 'only routers count' };
  return isRouted
    ? { asksAll: false, reason: 'a router gave receivers, so global receivers and tenants do not count' }
    : { asksAll: true, reason: 'no router gave a receiver, so global receivers and tenants count' };
}

const isNamed = ({ origin }: ChannelReceiver): boolean => origin.kind === 'source';

const tenantReason = ({ origin, tenant }: ChannelReceiver): string =>
  origin.kind === 'source' ? `source ${origin.source} named it` : `it belongs to tenant ${tenant}`;
