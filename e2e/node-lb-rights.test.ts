/**
 * The load balancer with the rights of deploy/node-lb/rights.yaml and no others does all its work, and uses all of them.
 * With KUBEBUILDER_ASSETS also on a real kube-apiserver.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { addresses, podPort } from '../packages/node-lb/src/rules/testing/network-world.ts';
import { armillary } from './testing/armillary.ts';
import { grantedRights, usedRights } from './testing/node-lb-granted.ts';
import { InstalledNodeLb, installNamespace, nodeName } from './testing/node-lb-installed.ts';
import type { MachineProgram } from './testing/node-lb-machine.ts';
import { clusterService, localService } from './testing/node-lb-objects.ts';
import { eventually, runProgram } from './testing/process.ts';
import { SimulatedNodeAgents } from './testing/simulated-node-agents.ts';

const assets = process.env['KUBEBUILDER_ASSETS'];
if (assets === undefined) {
  process.stderr.write(
    'SKIPPED: e2e/node-lb-rights.test.ts on a real kube-apiserver: it needs KUBEBUILDER_ASSETS\n',
  );
}
const canRun = canTryRules('the rights of the node load balancer');
const patienceMs = 120_000;
const otherNode = { name: 'worker-2', address: '10.77.0.3' };
const servers: [string, string | undefined][] = [['the embedded API server', undefined]];
if (assets !== undefined) servers.push(['a real kube-apiserver', assets]);

describe.skipIf(!canRun).each(servers)('on %s', { timeout: 300_000 }, (_name, folder) => {
  const sliceVersion = folder === undefined ? 'v1' : 'v1beta1';
  const controllers = new Map<string, MachineProgram>();
  let cluster: InstalledNodeLb;
  let agent: MachineProgram;
  let agents: SimulatedNodeAgents;
  let renewals: NodeJS.Timeout;

  beforeAll(async () => {
    cluster = await InstalledNodeLb.start(folder);
    for (const by of ['controller 1', 'controller 2']) controllers.set(by, await cluster.startController(by));
    agent = await cluster.startAgent('agent');
    agents = new SimulatedNodeAgents(cluster.client, installNamespace);
    // One that fails is made good by the next; at the end the server may go first.
    renewals = setInterval(() => void agents.renew().catch(() => {}), 4000);
  }, 300_000);

  afterAll(async () => {
    clearInterval(renewals);
    await cluster?.close();
  });

  function endpoint() {
    return { nodeName, address: addresses.pods.IPv4[0], port: podPort };
  }

  /** Who leads, by what they say. */
  async function leader(): Promise<string> {
    return eventually('a controller leads', () => {
      return [...controllers].find(([, each]) => each.stderr().includes('this process leads'))?.[0];
    });
  }

  test("the agent answers the kubelet's probes where its manifest says", async () => {
    await eventually('it is ready', async () => (await cluster.probeAgent()).join() === '200,200');
  });

  test('the agent is known by a lease where the controller looks for it', async () => {
    const get = ['get', 'lease', `--namespace=${installNamespace}`, '-o=name'];
    await eventually('the lease', async () => {
      const found = await cluster.kubectl.run([...get, `node-agent.${nodeName}`]);
      return found.code === 0;
    });
    expect(await cluster.kubectl.out(get)).toContain('lease.coordination.k8s.io/armillary-node-lb');
  });

  test('Services of both policies are served', async () => {
    await cluster.apply(
      clusterService('plain', 80, { clusterIP: addresses.clusterIP.IPv4 }),
      ...localService('kept', 81, endpoint(), sliceVersion),
    );
    await cluster.answersAt('plain', addresses.node.IPv4);
    await cluster.answersAt('kept', addresses.node.IPv4);
    expect(await cluster.reached(80)).not.toBe(addresses.client.IPv4);
    expect(await cluster.reached(81)).toBe(addresses.client.IPv4);
  });

  test('events reach the Services', async () => {
    const about = '--field-selector=involvedObject.name=plain';
    await eventually('the event', async () => {
      return (await cluster.kubectl.out(['get', 'events', about])).includes('NodeSelected');
    });
  });

  test('when the controller that leads is killed the other takes over, and nothing moves', async () => {
    const state = async (): Promise<unknown> => {
      const claims = await Promise.all([80, 81].map((port) => cluster.claim(nodeName, port)));
      const services = await Promise.all(['plain', 'kept'].map((name) => cluster.service(name)));
      return [claims.map((claim) => [claim?.metadata.uid, claim?.spec]), services];
    };
    const before = await state();
    const first = await leader();
    await controllers.get(first)?.stop('SIGKILL');
    controllers.delete(first);
    await cluster.apply(clusterService('late', 82));
    const [other] = controllers.values();
    await eventually('the other leads', () => other?.stderr().includes('this process leads'), patienceMs);
    await cluster.answersAt('late', addresses.node.IPv4);
    expect(await state()).toEqual(before);
    expect(await cluster.reached(81)).toBe(addresses.client.IPv4);
  });

  test('a Service moves when its node is to be left', async () => {
    await cluster.apply({
      apiVersion: 'network.armillary.dev/v1alpha1',
      kind: 'NodeLoadBalancer',
      metadata: { name: 'default' },
      spec: { drain: '1s', grace: { return: '0s' } },
    });
    await cluster.addNode(otherNode.name, otherNode.address);
    await agents.add(otherNode.name);
    const exclude = 'node.kubernetes.io/exclude-from-external-load-balancers';
    await cluster.kubectl.out(['label', 'node', nodeName, `${exclude}=true`]);
    await cluster.answersAt('plain', otherNode.address);
    await eventually(
      'its old port is given back',
      async () => !(await cluster.claim(nodeName, 80)),
      patienceMs,
    );
    await eventually('nothing answers there', async () => {
      return (await cluster.machine.network.ask('client', 'TCP', addresses.node.IPv4, 80)) === 'refused';
    });
    await cluster.kubectl.out(['label', 'node', nodeName, `${exclude}-`]);
  });

  test('a port that somebody takes at the last moment is not taken twice', async () => {
    const uid = '00000000-0000-4000-8000-000000000001';
    const foreign = {
      apiVersion: 'network.armillary.dev/v1alpha1',
      kind: 'PortClaim',
      metadata: { name: `${nodeName}.tcp.83`, labels: { 'network.armillary.dev/node': nodeName } },
      spec: {
        nodeName,
        protocol: 'TCP',
        port: 83,
        service: { namespace: 'default', name: 'quick', uid },
        addresses: [addresses.node.IPv4],
        externalTrafficPolicy: 'Local',
        clusterIPs: [],
      },
    };
    const isRefused = (): boolean =>
      cluster.gate.requests.some(
        ({ method, path, status }) => method === 'POST' && path.includes('/portclaims') && status === 409,
      );
    let isTaken = false;
    cluster.gate.before = async ({ method, path }) => {
      if (method === 'POST' && path.includes('/portclaims') && !isTaken) {
        isTaken = true;
        await cluster.apply(foreign);
      }
      // Its Service does not exist, so that the claim is garbage: not before it was in the way.
      if (method === 'DELETE' && path.includes('/portclaims/')) {
        await eventually('the port is refused', isRefused);
        cluster.gate.before = () => {};
      }
    };
    await cluster.apply(...localService('slow', 83, endpoint(), sliceVersion));
    await eventually(
      'the claim is that of the Service',
      async () => (await cluster.claim(nodeName, 83))?.spec.service.name === 'slow',
      patienceMs,
    );
    expect(isRefused()).toBe(true);
    await cluster.kubectl.out(['delete', 'service', 'slow', '--timeout=50s']);
  });

  test('settings that are wrong are told of as often as they are read', async () => {
    const patch = ['patch', 'nodeloadbalancer', 'default', '--type=merge'];
    await cluster.kubectl.out([...patch, '--patch={"spec":{"drain":"soon"}}']);
    const count = async (): Promise<number> => {
      const about = '--field-selector=involvedObject.kind=NodeLoadBalancer';
      const text = await cluster.kubectl.out(['get', 'events', '-A', about, '-o=json']);
      const { items } = JSON.parse(text) as { items: { reason: string; count?: number }[] };
      return items.find(({ reason }) => reason === 'Invalid')?.count ?? 0;
    };
    await eventually('the event', async () => (await count()) > 0);
    let times = 0;
    await eventually('it comes again', async () => {
      await cluster.kubectl.out(['label', 'node', otherNode.name, `times=${(times += 1)}`, '--overwrite']);
      return (await count()) > 1;
    });
    await cluster.kubectl.out([...patch, '--patch={"spec":{"drain":"1s"}}']);
  });

  test('a Service that is deleted goes, with its claims', async () => {
    await cluster.kubectl.out(['delete', 'service', 'plain', '--timeout=50s']);
    await eventually('its claim is gone', async () => !(await cluster.claim(otherNode.name, 80)));
  });

  test('rules that others remove are put back, and the node says so', async () => {
    const told = (): string[] =>
      cluster.gate.requests
        .filter(({ by, path }) => by === 'agent' && path.includes('/events'))
        .map(({ method }) => method);
    // What is found damaged may be another part each time; what was said before is only counted.
    for (let before = 0; !told().includes('PATCH'); before = told().length) {
      await cluster.machine.run(['iptables-nft', '-t', 'nat', '-F']);
      await eventually('the node says so', () => told().length > before, patienceMs);
    }
    expect(await cluster.reached(81)).toBe(addresses.client.IPv4);
  });

  test('the plan is printed with the rights of the agent', async () => {
    const { code, stdout } = await cluster.runAgent('agent', '--print-plan');
    expect(code).toBe(0);
    expect(stdout).toContain('default/kept');
  });

  test('the node is left without a trace of it', async () => {
    expect(await agent.stop()).toBe(0);
    const words = 'uninstall meets a claim that changes, as those of a controller at work do';
    cluster.gate.before = async ({ by, method, path }) => {
      if (by !== 'agent' || method !== 'PATCH' || !path.includes('/portclaims/')) return;
      cluster.gate.before = () => {};
      const [, name = ''] = /\/portclaims\/([^/]+)/u.exec(path) ?? [];
      await cluster.kubectl.out(['annotate', 'portclaim', name, `why=${words}`]);
    };
    const { code, stderr } = await cluster.runAgent('agent', '--uninstall');
    expect(stderr).toContain('Nothing of the load balancer is left');
    expect(code).toBe(0);
    expect(await cluster.machine.rules()).not.toMatch(/armillary/i);
    expect((await cluster.machine.run(['ip', 'netns'])).stdout).toBe('');
    const lease = ['get', 'lease', `node-agent.${nodeName}`, `--namespace=${installNamespace}`];
    expect((await cluster.kubectl.run(lease)).code).not.toBe(0);
  });

  test('and so is the cluster, by an administrator', async () => {
    clearInterval(renewals);
    await agents.stop();
    for (const controller of controllers.values()) expect(await controller.stop()).toBe(0);
    const uninstall = ['node-lb', 'uninstall', `--kubeconfig=${cluster.kubectl.env['KUBECONFIG']}`];
    const args = [armillary, ...uninstall, `--lease-namespace=${installNamespace}`];
    const { code, stderr } = await runProgram(process.execPath, args);
    expect(stderr).toMatch(/Taken back: \d+ claims, 2 Services, leases of 1 agents/);
    expect(code).toBe(0);
    expect(await cluster.claims()).toEqual([]);
    for (const name of ['kept', 'late']) {
      const { metadata, status } = (await cluster.service(name))!;
      expect(metadata.finalizers ?? []).not.toContain('node.armillary.dev/release');
      expect(status?.loadBalancer?.ingress ?? []).toEqual([]);
      expect(status?.conditions ?? []).toEqual([]);
    }
  });

  test('nobody was ever refused', () => {
    const refused = cluster.gate.requests.filter(({ status }) => status === 401 || status === 403);
    expect(refused).toEqual([]);
    const log = [agent, ...controllers.values()].map((program) => program.stderr()).join('');
    expect(log).not.toMatch(/forbidden/i);
  });

  test.each([
    ['controller', 'armillary-node-lb-controller'],
    ['agent', 'armillary-node-agent'],
  ])('every right of the %s was used', async (by, account) => {
    const used = usedRights(cluster.gate.requests.filter((request) => request.by.startsWith(by)));
    const granted = await grantedRights(account);
    // Where a server can, it begins a watch with the list; others are asked for both.
    for (const right of used) if (right.startsWith('watch ')) used.add(right.replace('watch', 'list'));
    expect([...granted].filter((right) => !used.has(right))).toEqual([]);
  });

  const agentMayNot = [
    'get services',
    'patch services --subresource=status',
    `get secrets --namespace=${installNamespace}`,
    'list secrets --all-namespaces',
    `get configmaps --namespace=${installNamespace}`,
    'patch leases.coordination.k8s.io --namespace=kube-node-lease',
    'get leases.coordination.k8s.io --namespace=kube-system',
    `list leases.coordination.k8s.io --namespace=${installNamespace}`,
    'create portclaims.network.armillary.dev',
    'patch portclaims.network.armillary.dev',
    'delete portclaims.network.armillary.dev',
    'patch nodes',
    'patch nodes --subresource=status',
    'list pods --all-namespaces',
    'get nodeloadbalancers.network.armillary.dev',
  ];
  const controllerMayNot = [
    `get secrets --namespace=${installNamespace}`,
    'create services',
    'delete services',
    'patch nodes',
    'delete pods',
    'patch portclaims.network.armillary.dev --subresource=status',
    'patch nodeloadbalancers.network.armillary.dev',
    'get leases.coordination.k8s.io --namespace=kube-system',
  ];

  test.each(agentMayNot)('the agent may not %s', async (question) => {
    expect(await may('armillary-node-agent', question)).toBe('no');
  });

  test.each(controllerMayNot)('the controller may not %s', async (question) => {
    expect(await may('armillary-node-lb-controller', question)).toBe('no');
  });

  async function may(account: string, question: string): Promise<string> {
    const as = `--as=system:serviceaccount:${installNamespace}:${account}`;
    // The exit code is 1 for a no.
    return (await cluster.kubectl.run(['auth', 'can-i', ...question.split(' '), as])).stdout.trim();
  }
});
