import type { ChannelType } from '../channels/channel-type.ts';
import type { Channel, ChannelContext, DeliveryReport, Notice } from '../channels/channel.ts';

/** Sends the messages of a notice one after the other, as a dispatcher does that nothing disturbs. */
export async function sendNotice<T extends ChannelType, Body>(
  channel: Channel<T, Body>,
  notice: Notice<T>,
  context: ChannelContext,
): Promise<DeliveryReport> {
  const rejected: DeliveryReport['rejected'][number][] = [];
  const notes: string[] = [];
  for (const message of channel.messages(notice, context)) {
    const report = await channel.send(message, notice, context);
    rejected.push(...report.rejected);
    notes.push(...(report.notes ?? []));
  }
  return notes.length === 0 ? { rejected } : { rejected, notes };
}
