import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiextensionsV1, coordinationV1, coreV1, isNotFound } from '@armillary/kube';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { AgentWorld } from './testing/agent-world.ts';
import { portClaimKind } from './testing/node-lb-parts.ts';
import { eventually } from './testing/process.ts';

const canRun = canTryRules('the commands of the agent of a node');

describe.skipIf(!canRun)('what an agent is told to do once', { timeout: 240_000 }, () => {
  let world: AgentWorld;
  /** What nobody of ours has touched. */
  let untouched: string;
  beforeAll(async () => {
    world = await AgentWorld.start();
    await world.network.proxy('iptables-nft', 80);
    await world.network.commands.run('ip', ['netns', 'delete', world.network.names.bounce]);
    untouched = await world.hostRules();
    await world.claimPort(80);
    await world.claimPort(81, { addresses: ['192.0.2.200'] });
  });
  afterAll(() => world?.stop());

  test('shows the plan and changes nothing', async () => {
    const said = await world.runAgent('print-plan');
    expect(said).toMatchObject({
      backend: 'iptables-nft',
      plan: {
        ports: [{ port: 80, service: 'shop/front', addresses: { IPv4: ['10.77.0.1'] } }],
      },
      refused: [{ claim: 'worker-1.tcp.81', reason: 'AddressNotOnNode' }],
    });
    expect(await world.hostRules()).toBe(untouched);
  });

  test('an agent that only plans holds nothing, writes nothing, and says on claims and Services what it would do', async () => {
    await world.startAgent({ mode: 'plan' });
    const claim = await world.told(80, 'PlanOnly');
    expect(claim.status?.conditions?.[0]?.message).toContain('10.77.0.1:80');
    await world.told(81, 'AddressNotOnNode');
    const event = await eventually('the event WouldServe', async () => {
      const { items } = await world.client.resource(coreV1.events).list({ namespace: 'shop' });
      return items.find(({ reason }) => reason === 'WouldServe');
    });
    expect(event.involvedObject).toMatchObject({ kind: 'Service', name: 'front' });
    expect(await world.holds(80)).toBe(false);
    expect(await world.hostRules()).toBe(untouched);
    await world.endAgent('SIGTERM');
  });

  test('brings the node to its claims once: the exit says whether all are served', async () => {
    expect(await world.runAgent('once')).toMatchObject({ ok: false });
    await world.told(80, 'Programmed');
    await world.reached(80);
    await world.claims.delete('worker-1.tcp.81');
    expect(await world.runAgent('once')).toMatchObject({ ok: true });
    expect(await world.holds(80)).toBe(false);
  });

  test('a lease says who serves Services here, and is left when the agent is ended', async () => {
    await world.startAgent();
    const leases = world.client.resource(coordinationV1.leases);
    const lease = await eventually('the lease', async () => {
      const { items } = await leases.list({ namespace: 'default' });
      return items.find(({ metadata }) => metadata.name === 'node-agent.worker-1');
    });
    expect(lease.metadata.labels).toMatchObject({ 'network.armillary.dev/agent': 'true' });
    expect(lease.metadata.annotations).toMatchObject({ 'network.armillary.dev/proxy': 'iptables' });
    expect(lease.metadata.annotations).not.toHaveProperty('network.armillary.dev/problem');
    await world.endAgent('SIGTERM');
    await leases.get('node-agent.worker-1', { namespace: 'default' });
    await world.reached(80);
  });

  test('removes everything, twice if need be, and leaves what is of others byte for byte', async () => {
    expect(await world.runAgent('uninstall')).toEqual({ uninstalled: true });
    expect(await world.hostRules()).toBe(untouched);
    const { stdout } = await world.network.node.run('ip', ['-br', 'link']);
    expect(stdout).not.toContain('armillary');
    const { stdout: namespaces } = await world.network.commands.run('ip', ['netns']);
    expect(namespaces).not.toContain(world.network.link.namespace);
    await world.told(80, 'Withdrawn');
    const { items } = await world.client.resource(coordinationV1.leases).list({ namespace: 'default' });
    expect(items).toEqual([]);
    expect(await world.runAgent('uninstall')).toEqual({ uninstalled: true });
  });

  test('also where somebody deleted the definitions first', async () => {
    const definitions = world.client.resource(apiextensionsV1.customResourceDefinitions);
    await definitions.delete('portclaims.network.armillary.dev');
    const claims = world.client.resource(portClaimKind);
    await eventually('claims are unknown', () => claims.list().then(() => false, isNotFound));
    expect(await world.runAgent('uninstall')).toEqual({ uninstalled: true });
  });
});
