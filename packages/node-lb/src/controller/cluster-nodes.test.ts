import type { Lease } from '@armillary/kube';
import { expect, test } from 'vitest';
import { agentLeaseName } from '../kinds/agent-lease.ts';
import { nodeOf } from './cluster-nodes.ts';

const lease = (name: string, holderIdentity?: string): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name },
  ...(holderIdentity === undefined ? {} : { spec: { holderIdentity } }),
});

test.each(['worker-1', 'n'.repeat(253)])('the lease of the agent of %s speaks for that node', (node) => {
  expect(nodeOf(lease(agentLeaseName(node), node))).toBe(node);
});

test('a lease of another name than its holder’s speaks for nobody', () => {
  expect(nodeOf(lease(agentLeaseName('worker-1'), 'worker-2'))).toBeUndefined();
  expect(nodeOf(lease('election', 'worker-1'))).toBeUndefined();
  expect(nodeOf(lease(agentLeaseName('worker-1')))).toBeUndefined();
});
