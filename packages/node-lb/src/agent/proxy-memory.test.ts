import { expect, test } from 'vitest';
import type { FullSurvey } from './node-surveyor.ts';
import { ProxyMemory } from './proxy-memory.ts';

function survey(proxy: FullSurvey['proxy'], backend: FullSurvey['backends']['backend']): FullSurvey {
  return {
    proxy,
    addresses: [],
    forwarding: { IPv4: true, IPv6: true },
    redirectOf: () => undefined,
    backends: { backend, forward: [] },
  };
}

test('a kube-proxy whose rules were flushed with all others is still there, for a while', () => {
  const memory = new ProxyMemory();
  memory.recall(survey('iptables', 'iptables-legacy'), 0);
  expect(memory.recall(survey('none', 'nftables'), 100_000)).toMatchObject({
    proxy: 'iptables',
    backends: { backend: 'iptables-legacy' },
  });
  expect(memory.recall(survey('none', 'nftables'), 200_000)).toMatchObject({
    proxy: 'none',
    backends: { backend: 'nftables' },
  });
});

test('a kube-proxy that changes its mode is believed at once', () => {
  const memory = new ProxyMemory();
  memory.recall(survey('iptables', 'iptables-nft'), 0);
  expect(memory.recall(survey('nftables', 'nftables'), 1000).proxy).toBe('nftables');
});

test('where there never was one, there is none', () => {
  expect(new ProxyMemory().recall(survey('none', 'nftables'), 0).proxy).toBe('none');
});
