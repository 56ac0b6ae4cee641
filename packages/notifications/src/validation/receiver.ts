import type { Cause } from '@armillary/resource';
import { channelTypes } from '../channels/channel-type.ts';
import { receiverKind } from '../kinds/receiver.ts';
import { validateObject } from './object.ts';
import { receiverChannelCauses } from './receiver-channels.ts';

/**
 * What is wrong with a Receiver, wherever it comes from: what its schema and upstream's admission webhook refuse, and
 * what no provider could take. Nulls are no values: `receiverKind.default` drops them, as the API server does.
 */
export const validateReceiver = (object: unknown): Cause[] =>
  validateObject(receiverKind, object, (spec) =>
    channelTypes.flatMap((type) => {
      const channel = spec[type];
      return channel === undefined ? [] : receiverChannelCauses(type, channel, `spec.${type}`);
    }),
  );
