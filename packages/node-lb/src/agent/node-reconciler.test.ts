import { describe, expect, test } from 'vitest';
import { NodeLbError } from '../errors.ts';
import { claim } from './testing/claim.ts';
import { FakeNode } from './testing/fake-node.ts';

const signal = new AbortController().signal;
const run = { check: false };
const check = { check: true };

/** A node whose agent has served these ports and was killed then. */
async function nodeAfterKill(...ports: number[]): Promise<FakeNode> {
  const node = new FakeNode();
  node.claims = ports.map((port) => claim(port));
  await node.reconciler().run(run, signal);
  node.diary.length = 0;
  node.forgotten.length = 0;
  return node;
}

describe('the order of a run', () => {
  test('sockets of all claims first, then rules, then connections, then the word about it', async () => {
    const node = new FakeNode();
    node.claims = [claim(80), claim(53, { protocol: 'UDP' })];
    expect(await node.reconciler().run(run, signal)).toBeUndefined();
    expect(node.diary).toEqual([
      'hold TCP/80',
      'hold UDP/53',
      'verify',
      'write TCP/80 UDP/53',
      'forget',
      'report',
    ]);
    expect(node.reason()).toBe('Programmed');
  });

  test('a port is let go only after its rules are gone', async () => {
    const node = new FakeNode();
    node.claims = [claim(80), claim(81)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    node.claims = [claim(81)];
    node.diary.length = 0;
    await reconciler.run(run, signal);
    expect(node.diary).toEqual(['hold TCP/81', 'write TCP/81', 'forget', 'release TCP/80', 'report']);
  });

  test('without a check, nothing is read when the plan is the same', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    node.diary.length = 0;
    await reconciler.run(run, signal);
    expect(node.diary).toEqual(['hold TCP/80', 'forget', 'report']);
  });
});

describe('after the agent was killed', () => {
  test('rules that are as they should be are read and not written again, and no connection is forgotten', async () => {
    const node = await nodeAfterKill(80, 443);
    await node.reconciler().run(run, signal);
    expect(node.diary).toEqual(['hold TCP/80', 'hold TCP/443', 'verify', 'forget', 'report']);
    expect(node.forgotten[0]?.before).toEqual(node.forgotten[0]?.after);
    expect(node.repairs).toEqual([]);
  });

  test('a port that somebody took meanwhile is withdrawn, then reported, never hijacked', async () => {
    const node = await nodeAfterKill(80, 443);
    node.taken.set('TCP/80', 'nginx (pid 7)');
    await node.reconciler().run(run, signal);
    expect(node.diary).toEqual([
      'hold TCP/80',
      'hold TCP/443',
      'verify',
      'write TCP/443',
      'forget',
      'report',
    ]);
    expect(node.verdicts.get('claim-80/1')).toMatchObject({ reason: 'PortInUse', owner: 'nginx (pid 7)' });
    expect(node.reason('claim-443/1')).toBe('Programmed');
  });

  test('a claim that was deleted meanwhile loses its rules', async () => {
    const node = await nodeAfterKill(80, 443);
    node.claims = [claim(443)];
    await node.reconciler().run(run, signal);
    expect(node.diary).toContain('write TCP/443');
    expect([...node.verdicts.keys()]).toEqual(['claim-443/1']);
  });

  test('a claim that another Service took over meanwhile leads to that one, and connections to the old one are forgotten', async () => {
    const node = await nodeAfterKill(80);
    const service = { namespace: 'shop', name: 'front', uid: 'uid-of-another' };
    node.claims = [claim(80, { service, clusterIPs: ['10.96.0.99'] }, { uid: 'claim-80-new' })];
    await node.reconciler().run(run, signal);
    expect(node.installed).toContain('10.96.0.99');
    expect(node.forgotten).toHaveLength(1);
    expect(node.forgotten[0]?.before).toBeUndefined();
    expect(node.reason('claim-80-new/1')).toBe('Programmed');
    expect(node.reason('claim-80/1')).toBeUndefined();
  });

  test('without any claim left, everything is removed', async () => {
    const node = await nodeAfterKill(80);
    node.claims = [];
    await node.reconciler().run(run, signal);
    expect(node.diary).toEqual(['verify', 'write', 'forget', 'report']);
  });
});

describe('rules that cannot be installed', () => {
  const failure = new NodeLbError('ProgramFailed', 'another app holds the xtables lock');

  test('every claim whose rules are missing says so, with the words of the program', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    node.failure = failure;
    const reconciler = node.reconciler();
    expect(await reconciler.run(run, signal)).toBe(failure);
    expect(node.verdicts.get('claim-80/1')).toMatchObject({ programmed: false, reason: 'RulesFailed' });
    expect(node.verdicts.get('claim-80/1')?.message).toContain('xtables lock');
    node.failure = undefined;
    expect(await reconciler.run(run, signal)).toBeUndefined();
    expect(node.reason()).toBe('Programmed');
  });

  test('a port that is installed already stays programmed while another cannot be added', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    node.claims = [claim(80), claim(81)];
    node.failure = failure;
    await reconciler.run(run, signal);
    expect(node.reason('claim-80/1')).toBe('Programmed');
    expect(node.reason('claim-81/1')).toBe('RulesFailed');
  });

  test('what an attempt left half done is not taken for the damage of others', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    node.claims = [claim(80), claim(81)];
    node.failure = failure;
    await reconciler.run(run, signal);
    await reconciler.run(check, signal);
    expect(node.reason('claim-80/1')).toBe('Programmed');
    node.failure = undefined;
    await reconciler.run(check, signal);
    expect(node.reason('claim-81/1')).toBe('Programmed');
    expect(node.repairs).toEqual([]);
  });

  test('nor is what a run left half done that was broken off', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    const late = new AbortController();
    node.claims = [claim(80), claim(81)];
    node.onWrite = () => {
      node.installed = 'half of it';
      late.abort(new Error('it took too long'));
    };
    await expect(reconciler.run(run, late.signal)).rejects.toThrow('it took too long');
    node.onWrite = () => {};
    await reconciler.run(check, signal);
    expect(node.reason('claim-81/1')).toBe('Programmed');
    expect(node.repairs).toEqual([]);
  });

  test('a port whose rules cannot be removed stays held, so that nobody takes it', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    node.claims = [];
    node.failure = failure;
    await reconciler.run(run, signal);
    expect(node.held).toContain('TCP/80');
    node.failure = undefined;
    await reconciler.run(run, signal);
    expect(node.held).not.toContain('TCP/80');
  });

  test('after damage that cannot be repaired, no claim is programmed', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    node.installed = undefined;
    node.failure = failure;
    await reconciler.run(check, signal);
    expect(node.reason()).toBe('RulesFailed');
    expect(node.repairs).toEqual([]);
    node.failure = undefined;
    await reconciler.run(check, signal);
    expect(node.reason()).toBe('Programmed');
    expect(node.repairs).toHaveLength(1);
  });

  test('a node that cannot be looked at is tried again; rules are put back all the same', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    node.blindness = failure;
    expect(await reconciler.run(run, signal)).toBe(failure);
    expect(node.diary).toEqual([]);
    node.blindness = undefined;
    await reconciler.run(run, signal);
    node.blindness = failure;
    node.installed = undefined;
    expect(await reconciler.run(check, signal)).toBe(failure);
    expect(node.installed).toContain('worker-1.tcp.80');
    expect(node.reason()).toBe('Programmed');
  });

  test('a port that cannot be held for a reason of our own is not served, and does not stop the others', async () => {
    const node = new FakeNode();
    node.claims = [claim(80), claim(81)];
    node.unholdable.add('TCP/80');
    const failed = await node.reconciler().run(run, signal);
    expect(failed?.message).toContain('too many open files');
    expect(node.reason('claim-80/1')).toBe('RulesFailed');
    expect(node.reason('claim-81/1')).toBe('Programmed');
  });

  test('a stop is no failure', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    await expect(node.reconciler().run(run, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(node.installed).toBeUndefined();
  });
});

describe('damage', () => {
  test('a check puts back what somebody removed, and tells of it once', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    node.installed = undefined;
    node.diary.length = 0;
    await reconciler.run(check, signal);
    expect(node.diary).toEqual(['verify', 'write TCP/80', 'hold TCP/80', 'forget', 'report']);
    await reconciler.run(check, signal);
    expect(node.repairs).toEqual([['chain ARMILLARY-DNAT of table nat is missing']]);
    // What came meanwhile was not translated, and all connections have to be looked at.
    expect(node.forgotten.map(({ before }) => before?.ports.length)).toEqual([undefined, undefined, 1]);
    expect(node.reason()).toBe('Programmed');
  });

  test('a change of the claims during a check is not taken for damage', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    node.claims = [claim(80), claim(81)];
    await reconciler.run(check, signal);
    expect(node.repairs).toEqual([]);
    expect(node.reason('claim-81/1')).toBe('Programmed');
  });
});

describe('what is refused', () => {
  test('a port that a foreign rule redirects is not held, and who has it is said', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    node.redirects.set('TCP/80', 'the container runtime (chain CNI-HOSTPORT-DNAT)');
    await node.reconciler().run(run, signal);
    expect(node.diary).not.toContain('hold TCP/80');
    expect(node.verdicts.get('claim-80/1')).toMatchObject({
      reason: 'PortInUse',
      owner: 'the container runtime (chain CNI-HOSTPORT-DNAT)',
    });
  });

  test.each([
    ['none', 'NoKubeProxy'],
    ['ipvs', 'UnsupportedProxy'],
    ['cilium', 'UnsupportedProxy'],
  ] as const)('the policy Cluster where Services are served by %s: %s', async (proxy, reason) => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    node.survey = { ...node.survey, proxy };
    await node.reconciler().run(run, signal);
    expect(node.reason()).toBe(reason);
    expect(node.held.size).toBe(0);
  });

  test('an address that is not on the node', async () => {
    const node = new FakeNode();
    node.claims = [claim(80, { addresses: ['192.0.2.200'] })];
    await node.reconciler().run(run, signal);
    expect(node.reason()).toBe('AddressNotOnNode');
    expect(node.held.size).toBe(0);
  });

  test('a node that forwards nothing of a family that is served; the other family alone does not matter', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    node.survey = { ...node.survey, forwarding: { IPv4: false, IPv6: true } };
    await reconciler.run(run, signal);
    expect(node.reason()).toBe('ForwardingOff');
    expect(node.verdicts.get('claim-80/1')?.message).toContain('net.ipv4.ip_forward');
    node.survey = { ...node.survey, forwarding: { IPv4: true, IPv6: false } };
    await reconciler.run(check, signal);
    expect(node.reason()).toBe('Programmed');
  });

  test('the node is looked at again with each check, and not for news of claims alone', async () => {
    const node = new FakeNode();
    node.claims = [claim(80)];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    node.survey = { ...node.survey, forwarding: { IPv4: false, IPv6: true } };
    await reconciler.run(run, signal);
    expect(node.reason()).toBe('Programmed');
    await reconciler.run(check, signal);
    expect(node.reason()).toBe('ForwardingOff');
  });

  test('Local without an endpoint here: the port stays held, for it is still the Service that owns it', async () => {
    const node = new FakeNode();
    node.claims = [claim(80, { externalTrafficPolicy: 'Local' })];
    await node.reconciler().run(run, signal);
    expect(node.reason()).toBe('NoLocalEndpoint');
    expect(node.held).toContain('TCP/80');
  });

  test('what reaches the socket of a port is a leak only where rules lead it elsewhere', async () => {
    const node = new FakeNode();
    node.claims = [claim(80), claim(81, { externalTrafficPolicy: 'Local' })];
    const reconciler = node.reconciler();
    await reconciler.run(run, signal);
    const serves = (port: number): boolean => reconciler.serves({ protocol: 'TCP', port });
    expect([80, 81, 82].map(serves)).toEqual([true, false, false]);
  });
});

test('the metrics count ports that are wanted, installed and held', async () => {
  const node = new FakeNode();
  node.claims = [claim(80), claim(81)];
  node.taken.set('TCP/81', 'sshd (pid 1)');
  await node.reconciler().run(run, signal);
  const text = await node.metrics.registry.metrics();
  for (const state of ['wanted', 'installed', 'held']) {
    expect(text).toContain(`armillary_node_lb_agent_ports{state="${state}"} 1`);
  }
});
