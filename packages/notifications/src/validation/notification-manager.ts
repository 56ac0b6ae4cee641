import { invalid, type Cause } from '@armillary/resource';
import { notificationManagerKind, routePolicies } from '../kinds/notification-manager.ts';
import { selectorCauses } from '../selector/selector.ts';
import { durationCauses } from './go-duration.ts';
import { validateObject } from './object.ts';
import { receiverChannelCauses } from './receiver-channels.ts';
import { choiceCauses } from './text.ts';

/** What is wrong with a NotificationManager. What its pods consist of is checked by the API server, in the Deployment. */
export const validateNotificationManager = (object: unknown): Cause[] =>
  validateObject(notificationManagerKind, object, (spec) => [
    ...(spec.defaultConfigSelector
      ? selectorCauses(spec.defaultConfigSelector, 'spec.defaultConfigSelector')
      : []),
    ...(spec.history ? receiverChannelCauses('webhook', spec.history.webhook, 'spec.history.webhook') : []),
    ...(spec.batchMaxSize !== undefined && spec.batchMaxSize < 0
      ? [invalid('spec.batchMaxSize', spec.batchMaxSize, 'must not be negative')]
      : []),
    ...durationCauses(spec.batchMaxWait, 'spec.batchMaxWait'),
    ...durationCauses(spec.template?.reloadCycle, 'spec.template.reloadCycle'),
    ...choiceCauses(spec.routePolicy, 'spec.routePolicy', routePolicies),
  ]);
