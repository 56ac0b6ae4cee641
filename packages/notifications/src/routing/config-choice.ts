import type { ChannelType } from '../channels/channel-type.ts';
import type { LabelSelector } from '../kinds/label-selector.ts';
import { mismatchOf } from './mismatch.ts';
import type { ChannelConfig, ChannelReceiver, ReceiverChannelSpec } from '../channels/receiver.ts';
import type { RoutingWorld } from './routing-world.ts';

/** The configs of the cluster's objects. */
export type ConfigPool = Pick<RoutingWorld, 'defaultConfigs' | 'tenantConfigs'>;

/**
 * The config to tell a receiver with; undefined when none fits. A global receiver takes a default config that its
 * selector selects. A tenant's takes one of the tenant's that its selector selects, else any default one, whatever the
 * selector says, as upstream has it. A receiver that a source named takes one of the same answer's (`named`) before all
 * that. Of several, the lowest label `priority` wins, none being the highest, then the name.
 */
export function chooseConfig(
  receiver: ChannelReceiver,
  pool: ConfigPool,
  named: readonly ChannelConfig[] = [],
): ChannelConfig | undefined {
  const { type, tenant, origin } = receiver;
  const selector = configSelector(type, receiver.spec);
  const best = (configs: readonly ChannelConfig[], selector: LabelSelector | undefined) =>
    first(
      configs.filter((config) => config.type === type && mismatchOf(selector)(config.labels) === undefined),
    );

  if (tenant === undefined && origin.kind === 'object') return best(pool.defaultConfigs, selector);
  const own = tenant === undefined ? [] : (pool.tenantConfigs.get(tenant) ?? []);
  return best(named, selector) ?? best(own, selector) ?? best(pool.defaultConfigs, undefined);
}

/** `emailConfigSelector` of an e-mail receiver; Discord and Teams have none. */
function configSelector(type: ChannelType, spec: ReceiverChannelSpec): LabelSelector | undefined {
  const selectors = spec as { readonly [Key in `${ChannelType}ConfigSelector`]?: LabelSelector };
  return selectors[`${type}ConfigSelector`];
}

function first(configs: readonly ChannelConfig[]): ChannelConfig | undefined {
  const [best] = configs.toSorted(
    (one, other) => priorityOf(one) - priorityOf(other) || (one.name < other.name ? -1 : 1),
  );
  return best;
}

function priorityOf({ labels }: ChannelConfig): number {
  const text = labels['priority'] ?? '';
  return /^[+-]?\d+$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}
