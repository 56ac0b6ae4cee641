import type { Lease } from '@armillary/kube';
import { expect, test } from 'vitest';
import { LeaseSightings } from './lease-sightings.ts';

const lease = (name: string, uid: string, renewTime: string, resourceVersion = '1'): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, uid, resourceVersion },
  spec: { renewTime },
});

test('the age of a lease counts from when it was seen to change, whatever its own times say', () => {
  const sightings = new LeaseSightings();
  const longAgo = '1970-01-01T00:00:00.000000Z';
  const farAhead = '2999-01-01T00:00:00.000000Z';
  expect(sightings.see(lease('a', '1', longAgo), 100).seenAt).toBe(100);
  expect(sightings.see(lease('a', '1', longAgo), 5000).seenAt).toBe(100);
  expect(sightings.see(lease('a', '1', farAhead), 6000).seenAt).toBe(6000);
  // A clock that was set back renews all the same.
  expect(sightings.see(lease('a', '1', longAgo), 7000).seenAt).toBe(7000);
});

test('a change of something else is no renewal', () => {
  const sightings = new LeaseSightings();
  sightings.see(lease('a', '1', 't', '1'), 100);
  const changed = lease('a', '1', 't', '2');
  expect(sightings.see(changed, 5000)).toEqual({ lease: changed, seenAt: 100 });
});

test('another lease of the same name is a new one, also after the first was deleted', () => {
  const sightings = new LeaseSightings();
  sightings.see(lease('a', '1', 't'), 100);
  expect(sightings.see(lease('a', '2', 't'), 200).seenAt).toBe(200);
  sightings.forget('a');
  expect(sightings.see(lease('a', '2', 't'), 300).seenAt).toBe(300);
  expect(sightings.see(lease('b', '2', 't'), 400).seenAt).toBe(400);
});

test('a lease without name or times is just an old one', () => {
  const sightings = new LeaseSightings();
  const empty: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {} };
  expect(sightings.see(empty, 100).seenAt).toBe(100);
  expect(sightings.see(empty, 200).seenAt).toBe(100);
});
