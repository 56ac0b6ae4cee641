import { expect, test } from 'vitest';
import type { ExposedPort } from './node-plan.ts';
import { planDifference } from './plan-difference.ts';

function port(number: number, clusterIP = '10.96.0.9'): ExposedPort {
  return {
    protocol: 'TCP',
    port: number,
    claim: `worker-1.tcp.${number}`,
    service: 'shop/front',
    addresses: { IPv4: ['192.0.2.4'], IPv6: [] },
    sourceRanges: { IPv4: undefined, IPv6: undefined },
    target: { kind: 'cluster', clusterIPs: { IPv4: clusterIP, IPv6: undefined } },
  };
}

test('what came, what went, and what became another', () => {
  const before = { ports: [port(80), port(81), port(82)] };
  const after = { ports: [port(80), port(82, '10.96.0.10'), { ...port(82), protocol: 'UDP' as const }] };
  expect(planDifference(before, after)).toEqual({
    added: [{ ...port(82), protocol: 'UDP' }],
    removed: [port(81)],
    changed: [{ before: port(82), after: port(82, '10.96.0.10') }],
  });
});

test('equal plans differ in nothing', () => {
  expect(planDifference({ ports: [port(80)] }, { ports: [port(80)] })).toEqual({
    added: [],
    removed: [],
    changed: [],
  });
});
