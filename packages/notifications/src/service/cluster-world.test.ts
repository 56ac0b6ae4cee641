import { silentLogger, type ControllerManager, type ResourceType } from '@armillary/kube';
import { expect, test } from 'vitest';
import { createChannels } from '../channels/channels.ts';
import { createEmailChannel } from '../channels/email/email-channel.ts';
import { globalLabels, hook, receiver } from '../routing/testing/objects.ts';
import { ClusterWorld } from './cluster-world.ts';

test('objects that cannot be read, for a reason that nobody foresaw, leave everything as it was', () => {
  const receivers = [receiver('ops', globalLabels, hook('http://ops.example'))];
  const listeners = new Set<() => void>();
  const informer = ({ kind }: ResourceType) => ({
    list: () => (kind === 'Receiver' ? [...receivers] : []),
    onEvent: ({ added }: { added: () => void }) => listeners.add(added),
  });
  let broken = false;
  const logged: string[] = [];
  const world = new ClusterWorld({
    manager: { informer } as unknown as ControllerManager,
    channels: createChannels(createEmailChannel()),
    sources: {
      update: () => {
        if (broken) throw new RangeError('nobody foresaw it');
      },
    },
    name: undefined,
    tenantMatch: 'auto',
    sidecarUrl: undefined,
    logger: { ...silentLogger, error: (_: object, message: string) => logged.push(message) },
  });
  const names = (): string[] => world.world.receivers.map(({ name }) => name);
  const changed = (): void => listeners.forEach((listener) => listener());
  expect(names()).toEqual(['ops']);

  broken = true;
  receivers.push(receiver('more', globalLabels, hook('http://more.example')));
  changed();
  expect([names(), names()]).toEqual([['ops'], ['ops']]);
  expect(logged).toEqual(['the objects of the cluster cannot be read; what they said before counts']);

  broken = false;
  changed();
  expect(names()).toEqual(['more', 'ops']);

  // One that has become too much to be told is told of what was queued as it was.
  const [queued] = world.world.receivers;
  if (!queued) throw new Error('there were two');
  const to = Array.from({ length: 5_000 }, (_, index) => `p${index}@example.com`);
  receivers.splice(0, 2, receiver('more', globalLabels, { email: { to, template: 'x'.repeat(60_000) } }));
  changed();
  expect(world.currentReceiver({ ...queued, type: 'email', spec: { to: to.slice(0, 1) } })).toMatchObject({
    spec: { to: ['p0@example.com'] },
  });
});

test('a NotificationManager that is named and not there is missed, and no other one counts instead', () => {
  const other = { metadata: { name: 'other' }, spec: {} };
  const informer = ({ kind }: ResourceType) => ({
    list: () => (kind === 'NotificationManager' ? [other] : []),
    get: () => undefined,
    onEvent: () => {},
  });
  const logged: string[] = [];
  const world = new ClusterWorld({
    manager: { informer } as unknown as ControllerManager,
    channels: createChannels(createEmailChannel()),
    sources: { update: () => {} },
    name: 'absent',
    tenantMatch: 'auto',
    sidecarUrl: undefined,
    logger: { ...silentLogger, warn: (_: object, message: string) => logged.push(message) },
  });
  expect(world.spec).toBeUndefined();
  expect(logged).toEqual([
    'NotificationManager absent: there is none of this name; what holds without any counts',
  ]);
});
