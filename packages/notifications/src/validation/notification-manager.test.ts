import type { Cause } from '@armillary/resource';
import { describe, expect, test } from 'vitest';
import { validateNotificationManager } from './notification-manager.ts';
import { fields, v2beta2 } from './testing/objects.ts';

const notificationManager = (spec: object): Cause[] =>
  validateNotificationManager(
    v2beta2('NotificationManager', {
      receivers: { globalReceiverSelector: {}, tenantReceiverSelector: {} },
      ...spec,
    }),
  );

describe('the notification manager', () => {
  test('is taken with nothing but what it needs', () => {
    expect(notificationManager({})).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ['a policy that is none', { routePolicy: 'Routers' }, ['spec.routePolicy']],
    ['a length of time that is none', { batchMaxWait: '60' }, ['spec.batchMaxWait']],
    ['a reload cycle that is none', { template: { reloadCycle: '1minute' } }, ['spec.template.reloadCycle']],
    ['a batch of less than nothing', { batchMaxSize: -1 }, ['spec.batchMaxSize']],
    ['a history without address', { history: { webhook: {} } }, ['spec.history.webhook']],
    [
      'a selector of configs',
      { defaultConfigSelector: { matchLabels: { 'a b': 'c' } } },
      ['spec.defaultConfigSelector.matchLabels'],
    ],
  ])('is refused with %s', (_, spec, expected) => {
    expect(fields(notificationManager(spec))).toEqual(expected);
  });
});
