/**
 * The load balancer on a real cluster's control plane: kube-apiserver 1.20 and kube-controller-manager from the folder
 * that KUBEBUILDER_ASSETS names, whose EndpointSlices are v1beta1, and whose Services know neither ipMode nor
 * conditions. Not part of CI.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { addresses, podPort } from '../packages/node-lb/src/rules/testing/network-world.ts';
import { armillary } from './testing/armillary.ts';
import { InstalledNodeLb, installNamespace, nodeName } from './testing/node-lb-installed.ts';
import type { MachineProgram } from './testing/node-lb-machine.ts';
import { clusterService } from './testing/node-lb-objects.ts';
import { eventually, runProgram } from './testing/process.ts';
import { SimulatedNodeAgents } from './testing/simulated-node-agents.ts';

const assets = process.env['KUBEBUILDER_ASSETS'];
if (assets === undefined) {
  process.stderr.write(
    'SKIPPED: e2e/node-lb-real-cluster.test.ts needs KUBEBUILDER_ASSETS, a folder with kube-apiserver\n',
  );
}
const canRun = assets !== undefined && canTryRules('the load balancer on a real cluster');
const patienceMs = 120_000;
const other = { name: 'worker-2', address: '10.77.0.3' };

describe.skipIf(!canRun)('a real cluster', { timeout: 300_000 }, () => {
  let cluster: InstalledNodeLb;
  let controller: MachineProgram;
  let agent: MachineProgram;
  let agents: SimulatedNodeAgents;
  let renewals: NodeJS.Timeout;

  beforeAll(async () => {
    const outside = ['-nodeipam', '-nodelifecycle', '-route', '-service', '-cloud-node-lifecycle'];
    cluster = await InstalledNodeLb.start(assets, ['*', ...outside]);
    await cluster.addNode(other.name, other.address);
    agents = new SimulatedNodeAgents(cluster.client, installNamespace);
    await agents.add(other.name);
    // One that fails is made good by the next; at the end the server may go first.
    renewals = setInterval(() => void agents.renew().catch(() => {}), 4000);
    controller = await cluster.startController('controller');
    agent = await cluster.startAgent('agent');
  }, 300_000);

  afterAll(async () => {
    clearInterval(renewals);
    await cluster?.close();
  });

  /** A pod on the real node, as its kubelet would tell of it: its address is that of the pod of the network. */
  async function addPod(name: string): Promise<void> {
    const metadata = { name, namespace: 'default', labels: { app: name } };
    const containers = [{ name: 'main', image: 'web', ports: [{ containerPort: podPort }] }];
    await cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName, containers } });
    const ip = addresses.pods.IPv4[0];
    const conditions = [{ type: 'Ready', status: 'True' }];
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions };
    const patch = `--patch=${JSON.stringify({ status })}`;
    await cluster.kubectl.out(['patch', 'pod', name, '--subresource=status', '--type=merge', patch]);
  }

  async function addressOf(name: string): Promise<string> {
    return eventually(
      `${name} tells an address`,
      async () => (await cluster.service(name))?.status?.loadBalancer?.ingress?.[0]?.ip,
      patienceMs,
    );
  }

  test('two Services on port 80 go to two nodes, and a third waits until one goes', async () => {
    await cluster.apply(clusterService('a', 80));
    await cluster.apply(clusterService('b', 80));
    const [freed, kept] = [await addressOf('a'), await addressOf('b')];
    expect([freed, kept].toSorted()).toEqual([addresses.node.IPv4, other.address]);
    await cluster.apply(clusterService('c', 80));
    const events = await eventually(
      'the third says why it waits',
      async () => {
        const about = '--field-selector=involvedObject.name=c';
        const text = await cluster.kubectl.out(['get', 'events', about]);
        return text.includes('NoEligibleNode') && text;
      },
      patienceMs,
    );
    expect(events).toMatch(/port TCP\/80 is taken \(service default\/a, service default\/b\)/);
    await cluster.kubectl.out(['delete', 'service', 'a', '--timeout=60s']);
    await cluster.answersAt('c', freed);
  });

  test('endpoints of the real controller lead a Service of the policy Local to its pod', async () => {
    await addPod('web');
    const spec = {
      externalTrafficPolicy: 'Local',
      selector: { app: 'web' },
      ports: [{ name: 'main', port: 81, targetPort: podPort }],
    };
    await cluster.apply(clusterService('web', 81, spec));
    await cluster.answersAt('web', addresses.node.IPv4);
    expect(await cluster.reached(81)).toBe(addresses.client.IPv4);
  });

  test('a node whose last endpoint goes is no longer told', async () => {
    await cluster.kubectl.out(['delete', 'pod', 'web', '--force', '--grace-period=0']);
    await eventually(
      'the port is closed',
      async () =>
        (await cluster.machine.network.ask('client', 'TCP', addresses.node.IPv4, 81)) !== '' &&
        (await cluster.claim(nodeName, 81))?.status?.conditions?.[0]?.status !== 'True',
      patienceMs,
    );
    await addPod('web');
    expect(await cluster.reached(81)).toBe(addresses.client.IPv4);
  });

  test('people see with kubectl what became of it', async () => {
    const services = await cluster.kubectl.out(['get', 'services']);
    expect(services).toMatch(new RegExp(`web +LoadBalancer +\\S+ +${addresses.node.IPv4} +81:`));
    const claims = await cluster.kubectl.out(['get', 'portclaims']);
    expect(claims).toMatch(/NAME +NODE +PROTOCOL +PORT +NAMESPACE +SERVICE +PROGRAMMED +REASON +AGE/);
    expect(claims).toMatch(/worker-1\.tcp\.81 +worker-1 +TCP +81 +default +web +True +Programmed/);
    const described = await cluster.kubectl.out(['describe', 'service', 'web']);
    expect(described).toMatch(/LoadBalancer Ingress: +10\.77\.0\.1/);
    expect(described).toContain('NodeSelected');
    const claim = await cluster.kubectl.out(['describe', 'portclaim', `${nodeName}.tcp.81`]);
    expect(claim).toMatch(/Message: +TCP\/81 is held and its rules are installed on 10\.77\.0\.1/);
    if (process.env['SHOW'] !== undefined) {
      process.stderr.write([services, claims, described, claim].join('\n'));
    }
  });

  test('nothing is written again and again although this server drops a part of it', async () => {
    const writes = (): number =>
      cluster.gate.requests.filter(
        ({ by, method, path }) => by === 'controller' && method === 'PATCH' && path.includes('/services/'),
      ).length;
    const versions = async (): Promise<unknown> => {
      const services = await Promise.all(['b', 'c', 'web'].map((name) => cluster.service(name)));
      return services.map((service) => service?.metadata.resourceVersion);
    };
    const [before, versionsBefore] = [writes(), await versions()];
    const lease = (): number =>
      cluster.gate.requests.filter(
        ({ by, method, path }) => by === 'controller' && method === 'PUT' && path.includes('/leases/'),
      ).length;
    const renewed = lease();
    await eventually('the leader renews its lease twice more', () => lease() >= renewed + 2, patienceMs);
    expect(await versions()).toEqual(versionsBefore);
    expect(writes() - before).toBeLessThanOrEqual(3);
  });

  test('a Service that becomes one of another type gives everything back', async () => {
    await cluster.kubectl.out([
      'patch',
      'service',
      'web',
      '--type=merge',
      '--patch={"spec":{"type":"ClusterIP","externalTrafficPolicy":null}}',
    ]);
    await eventually('its claim is gone', async () => !(await cluster.claim(nodeName, 81)), patienceMs);
    await eventually(
      'its finalizer is gone',
      async () =>
        !(await cluster.service('web'))?.metadata.finalizers?.includes('node.armillary.dev/release'),
      patienceMs,
    );
  });

  test('a namespace that is deleted takes its Services and their claims with it', async () => {
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    const service = clusterService('cart', 82) as { metadata: object };
    await cluster.apply({ ...service, metadata: { name: 'cart', namespace: 'shop' } });
    const claimed = async (): Promise<boolean> =>
      (await cluster.claims()).some(({ spec }) => spec.port === 82);
    await eventually('the claim', claimed, patienceMs);
    await cluster.kubectl.out(['delete', 'namespace', 'shop', '--timeout=90s'], { timeoutMs: 100_000 });
    await eventually('no claim', async () => !(await claimed()), patienceMs);
  });

  test('nothing is left when it is uninstalled', async () => {
    expect(await agent.stop()).toBe(0);
    expect(await cluster.runAgent('agent', '--uninstall')).toMatchObject({ code: 0 });
    clearInterval(renewals);
    await agents.stop();
    expect(await controller.stop()).toBe(0);
    const uninstall = ['node-lb', 'uninstall', `--kubeconfig=${cluster.kubectl.env['KUBECONFIG']}`];
    const args = [armillary, ...uninstall, `--lease-namespace=${installNamespace}`];
    expect((await runProgram(process.execPath, args)).code).toBe(0);
    expect(await cluster.claims()).toEqual([]);
    for (const name of ['b', 'c', 'web']) {
      const { metadata, status } = (await cluster.service(name))!;
      expect(metadata.finalizers ?? []).toEqual([]);
      expect(status?.loadBalancer?.ingress ?? []).toEqual([]);
    }
    expect(await cluster.machine.rules()).not.toMatch(/armillary/i);
    const refused = cluster.gate.requests.filter(({ status }) => status === 401 || status === 403);
    // Nobody may create anything in a namespace that is being deleted, events neither.
    expect(refused.filter(({ path }) => !path.includes('/namespaces/shop/events'))).toEqual([]);
  });
});
