import type { RouterSpec } from '../kinds/router.ts';
import { compileExpression } from '../selector/expression.ts';
import { compileSelector } from '../selector/selector.ts';
import { compileMismatch, type Mismatch } from './mismatch.ts';
import type { ChannelReceiver } from '../channels/receiver.ts';

/** A router at work. */
export interface RoutingRouter {
  readonly name: string;
  /** Why it does not take an alert. */
  readonly mismatch: Mismatch;
  /** Those of the cluster's own receivers that it gives. */
  readonly receivers: readonly ChannelReceiver[];
  /** Whether it gives a receiver. */
  readonly gives: (receiver: ChannelReceiver) => boolean;
}

/**
 * Compiles a router. Which of the cluster's receivers it gives does not depend on the alert and is found out once.
 *
 * @throws {NotificationError} `Invalid` when a selector or the expression is wrong.
 */
export function compileRouter(
  name: string,
  spec: RouterSpec,
  receivers: readonly ChannelReceiver[],
): RoutingRouter {
  const gives = receiverTest(spec.receivers);
  return {
    name,
    mismatch: compileMismatch(spec.alertSelector),
    receivers: receivers.filter(gives),
    gives,
  };
}

type ReceiverTest = (receiver: ChannelReceiver) => boolean;

/** The parts are a union; `type` narrows all but `channels`, which have types of their own. */
function receiverTest(spec: RouterSpec['receivers']): ReceiverTest {
  const { regexName, selector, type } = spec;
  const names = new Set(spec.name);
  const matchesName = regexName ? compileExpression(regexName) : () => false;
  const selects = selector ? compileSelector(selector) : () => false;
  const channels = new Map<string, ReadonlySet<string>[]>();
  for (const { tenant, type: types = [] } of spec.channels ?? []) {
    channels.set(tenant, [...(channels.get(tenant) ?? []), new Set(types)]);
  }
  const byTenant = (receiver: ChannelReceiver): boolean =>
    receiver.tenant !== undefined &&
    (channels.get(receiver.tenant) ?? []).some((types) => types.size === 0 || types.has(receiver.type));

  return (receiver) =>
    byTenant(receiver) ||
    ((!type || receiver.type === type) &&
      (names.has(receiver.name) || matchesName(receiver.name) || selects(receiver.labels)));
}
