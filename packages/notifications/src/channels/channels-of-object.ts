import { channelTypes, type ChannelType } from './channel-type.ts';
import type { Config, ConfigSpec } from '../kinds/config.ts';
import type { Receiver } from '../kinds/receiver.ts';
import type { ChannelConfig, ChannelReceiver, Origin } from './receiver.ts';

/** The annotation of a Config that names another base address of the provider's API. */
export const apiUrlAnnotation = 'notification.armillary.dev/api-url';

/** Whose the object is, and where it was read. */
export interface Ownership {
  /** Absent for global receivers and default configs. */
  readonly tenant?: string;
  readonly origin: Origin;
}

/** The receivers that an object consists of, one for each channel that it has settings for. */
export function receiversOf(object: Receiver, ownership: Ownership): ChannelReceiver[] {
  const { name = '', labels = {} } = object.metadata;
  return channelTypes.flatMap((type) => {
    const spec = object.spec?.[type];
    return spec ? [{ type, name, labels, spec, ...ownership }] : [];
  });
}

/** The configs that an object consists of, one for each channel that it has settings for. */
export function configsOf(object: Config, ownership: Ownership): ChannelConfig[] {
  const { name = '', labels = {}, annotations = {} } = object.metadata;
  const apiUrl = annotations[apiUrlAnnotation];
  return channelTypes.filter(isConfigured).flatMap((type) => {
    const spec = object.spec?.[type];
    const shared = { type, name, labels, ...ownership, ...(apiUrl === undefined ? {} : { apiUrl }) };
    return spec ? [{ ...shared, spec }] : [];
  });
}

/** Discord and Teams need no account, so a Config has no field for them. */
const isConfigured = (type: ChannelType): type is ChannelType & keyof ConfigSpec =>
  type !== 'discord' && type !== 'teams';
