import type { ReceiverOptions } from '../kinds/notification-manager.ts';
import type { ChannelType } from './channel-type.ts';

/**
 * The template of a receiver's messages: its own, else the one that the NotificationManager sets for the channel, else
 * for all channels, else `defaultName`. Empty ones are none, as upstream has it.
 */
export function templateName(
  type: ChannelType,
  spec: { readonly template?: string | undefined },
  options: ReceiverOptions | undefined,
  defaultName: string,
): string {
  return spec.template || options?.[type]?.template || options?.global?.template || defaultName;
}

/** The template of titles; `options.global` has none. */
export function titleTemplateName(
  type: 'dingtalk' | 'pushover' | 'teams',
  spec: { readonly titleTemplate?: string | undefined },
  options: ReceiverOptions | undefined,
  defaultName: string,
): string {
  return spec.titleTemplate || options?.[type]?.titleTemplate || defaultName;
}
