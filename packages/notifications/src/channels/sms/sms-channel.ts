import type { ConfigChannelSpec } from '../receiver.ts';
import type { Channel, Notice } from '../channel.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { aliyunSender } from './aliyun.ts';
import { awsSender } from './aws.ts';
import { huaweiSender } from './huawei.ts';
import { canonicalNumber, plainNumber } from './phone-number.ts';
import type { SmsBody, SmsSender } from './sms-sender.ts';
import { tencentSender } from './tencent.ts';

/** Text messages, by Alibaba Cloud, Tencent Cloud, Huawei Cloud or AWS: one call per number. */
export const smsChannel: Channel<'sms', SmsBody> = {
  type: 'sms',

  needsConfig: () => true,

  destinations(spec) {
    const numbers = new Map(
      spec.phoneNumbers.map((number) => [canonicalNumber(number), plainNumber(number)]),
    );
    return [...numbers].map(([address, number]) => ({
      address,
      shown: `SMS ${address}`,
      spec: { ...spec, phoneNumbers: [number] },
    }));
  },

  // Providers limit messages per number and day in ways that accounts can change: what they refuse is sent later.
  limits: () => [],

  messages: (notice, context) => senderOf(notice).messages(notice, context),

  async send({ body }, notice, context) {
    const [number] = notice.receiver.spec.phoneNumbers;
    if (number === undefined) throw new DeliveryError('permanent', 'the receiver has no phone number');
    const note = await senderOf(notice).send(body, number, context);
    return note === undefined ? { rejected: [] } : { rejected: [], notes: [note] };
  },
};

/**
 * The account to send with: that of `defaultProvider`, else the first that is configured in a fixed order. Throws
 * `DeliveryError` `permanent` when there is none, where upstream picks a provider by chance and crashes.
 */
function senderOf({ config }: Notice<'sms'>): SmsSender {
  if (!config) throw new DeliveryError('permanent', 'text messages need a Config with sms');
  const senders = configuredSenders(config.spec);
  const { defaultProvider } = config.spec;
  if (!defaultProvider) {
    const [first] = senders.values();
    if (first) return first;
    throw new DeliveryError('permanent', `Config ${config.name} has no provider: fill in sms.providers`);
  }
  const sender = senders.get(defaultProvider);
  if (sender) return sender;
  const known = [...senders.keys()].join(', ') || 'none';
  const reason = `Config ${config.name} names ${defaultProvider} as sms.defaultProvider, but sms.providers has ${known}`;
  throw new DeliveryError('permanent', reason);
}

function configuredSenders({ providers }: ConfigChannelSpec<'sms'>): ReadonlyMap<string, SmsSender> {
  const { aliyun, tencent, huawei, aws } = providers;
  const senders = new Map<string, SmsSender>();
  if (aliyun) senders.set('aliyun', aliyunSender(aliyun));
  if (tencent) senders.set('tencent', tencentSender(tencent));
  if (huawei) senders.set('huawei', huaweiSender(huawei));
  if (aws) senders.set('aws', awsSender(aws));
  return senders;
}
