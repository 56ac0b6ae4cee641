import { expect, test } from 'vitest';
import { agentLeaseName } from './agent-lease.ts';
import { claimName, nodeLabelValue } from './claim-name.ts';

/** What the API server takes as the name of an object: parts that begin and end with a letter or a digit. */
const objectName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const port = { protocol: 'TCP', port: 80 } as const;

/** Names of nodes as long as they can be, with a separator at each place where one may be cut. */
const longNames = Array.from({ length: 250 }, (_, at) => `${'n'.repeat(at + 1)}.${'m'.repeat(251 - at)}`);

test('the names of a node with a short name say it in full', () => {
  expect(claimName('worker-1', port)).toBe('worker-1.tcp.80');
  expect(nodeLabelValue('worker-1')).toBe('worker-1');
  expect(agentLeaseName('worker-1')).toBe('node-agent.worker-1');
});

test.each(['.', '-', '.n-'])('a long name may be cut after %j, and is a name all the same', (separator) => {
  for (const name of longNames.map((text) => text.replace('.', separator).slice(0, 253))) {
    for (const made of [claimName(name, port), agentLeaseName(name), nodeLabelValue(name)]) {
      expect(made).toMatch(objectName);
      expect(made.length).toBeLessThanOrEqual(253);
    }
    expect(nodeLabelValue(name).length).toBeLessThanOrEqual(63);
  }
});

test('long names that differ at their ends only have different leases and claims', () => {
  const [one, other] = [`${'n'.repeat(252)}1`, `${'n'.repeat(252)}2`];
  expect(agentLeaseName(one)).not.toBe(agentLeaseName(other));
  expect(claimName(one, port)).not.toBe(claimName(other, port));
});
