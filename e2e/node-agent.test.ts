import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { AgentWorld } from './testing/agent-world.ts';

describe.skipIf(!canTryRules('the agent of a node'))('an agent on a node', () => {
  let world: AgentWorld;
  beforeAll(async () => {
    world = await AgentWorld.start();
    await world.network.proxy('iptables-nft', 80);
    await world.startAgent();
  }, 60_000);
  afterAll(() => world.stop());

  test('serves a claim from its making, and says so', async () => {
    await world.claimPort(80);
    const claim = await world.told(80, 'Programmed');
    expect(claim.status?.addresses).toHaveLength(2);
    await world.reached(80);
  });
});
