import { expect, test } from 'vitest';
import { planOf } from '../plan/plan-of-claims.ts';
import type { ClaimVerdict } from './claim-verdict.ts';
import { PlanReporter } from './plan-reporter.ts';
import { claim, NODE } from './testing/claim.ts';
import { FakeNode } from './testing/fake-node.ts';

const signal = new AbortController().signal;

test('a plan is said on the claims and, once, on their Services; nothing is held or written', async () => {
  const node = new FakeNode();
  const said: string[] = [];
  let verdicts: ReadonlyMap<string, ClaimVerdict> = new Map();
  let claims = [claim(80), claim(81, { addresses: ['192.0.2.200'] })];
  const reporter = new PlanReporter({
    claims: () => claims,
    plan: (given, { addresses }) => planOf(given, [], { nodeName: NODE, addressesOnNode: addresses }),
    surveyor: { survey: async () => node.survey },
    report: (now) => (verdicts = now),
    wouldServe: ({ metadata }, message) => said.push(`${metadata.name}: ${message}`),
    policy: { acceptUnprovenProxy: false },
  });
  await reporter.run({ check: true }, signal);
  await reporter.run({ check: true }, signal);
  expect(verdicts.get('claim-80/1')).toMatchObject({ programmed: false, reason: 'PlanOnly' });
  expect(verdicts.get('claim-81/1')).toMatchObject({ reason: 'AddressNotOnNode' });
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('worker-1.tcp.80: only planned, nothing was installed: tcp 192.0.2.1:80');
  expect(said[0]).toContain('10.96.0.1:80');
  claims = [claim(80, { clusterIPs: ['10.96.0.2'] }, { generation: 2 })];
  await reporter.run({ check: false }, signal);
  expect(said).toHaveLength(2);
  expect(node.diary).toEqual([]);
});

test('where nobody may see whether there is a kube-proxy, the policy Cluster is planned with a doubt, and Local without', async () => {
  const said: string[] = [];
  const claims = [claim(80), claim(81, { externalTrafficPolicy: 'Local' })];
  const reporter = new PlanReporter({
    claims: () => claims,
    plan: (given, { addresses }) => planOf(given, [], { nodeName: NODE, addressesOnNode: addresses }),
    surveyor: { survey: async () => ({ ...new FakeNode().survey, proxy: undefined }) },
    report: () => {},
    wouldServe: (_claim, message) => said.push(message),
    policy: { acceptUnprovenProxy: false },
  });
  await reporter.run({ check: true }, signal);
  expect(
    said.map((message) => message.includes('without one only externalTrafficPolicy: Local works')),
  ).toEqual([true, false]);
});
