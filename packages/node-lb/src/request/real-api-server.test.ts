import {
  apiextensionsV1,
  coreV1,
  KubeClient,
  loadKubeconfig,
  type CustomResourceDefinition,
  type Pod,
  type Service,
} from '@armillary/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../../../e2e/testing/process.ts';
import { startRealApiServer, type RealApiServer } from '../../../../e2e/testing/real-api-server.ts';
import { nodeLoadBalancerKind, type NodeLoadBalancerSpec } from '../kinds/node-load-balancer.ts';
import { portUsesOfPod } from '../ports/pod-port-uses.ts';
import { portUsesOfService } from '../ports/service-port-uses.ts';
import { requestOf } from './service-request.ts';
import { settingsOf } from './settings.ts';
import { settingsWith } from './testing/service.ts';

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
if (assets === '') {
  process.stderr.write(
    'SKIPPED: requests and port uses of objects from a real kube-apiserver: set KUBEBUILDER_ASSETS to run it\n',
  );
}

const namespace = 'default';

describe.skipIf(assets === '')('objects of a real kube-apiserver', () => {
  let server: RealApiServer;
  let client: KubeClient;

  beforeAll(async () => {
    server = await startRealApiServer(assets, {
      flags: ['--feature-gates=IPv6DualStack=true', '--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112'],
    });
    client = new KubeClient(await loadKubeconfig({ path: server.kubeconfig }));
    const definitions = client.resource(apiextensionsV1.customResourceDefinitions);
    // The same object, described twice: by the package that writes it and by the one that sends it.
    await definitions.create(nodeLoadBalancerKind.crd() as unknown as CustomResourceDefinition);
    const answers = async (read: Promise<unknown>) => await read.then(Boolean, () => false);
    await eventually('the namespace', () => answers(client.resource(coreV1.namespaces).get(namespace)));
    await eventually('the kind', () => answers(client.resource(nodeLoadBalancerKind).list()));
  });

  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  /** A LoadBalancer Service as the server makes it of this spec. */
  async function created(name: string, spec: Service['spec'], annotations = {}): Promise<Service> {
    return await client.resource(coreV1.services).create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name, annotations },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }], ...spec },
    });
  }

  /** The request of a Service that is served. */
  function requested(service: Service) {
    const result = requestOf(service, settingsWith());
    if (result.kind !== 'request') throw new Error(JSON.stringify(result));
    return result.request;
  }

  test('a Service without any wish', async () => {
    const service = await created('plain', {});
    expect(requested(service)).toMatchObject({
      service: { namespace, name: 'plain', uid: service.metadata.uid },
      createdAt: Date.parse(service.metadata.creationTimestamp ?? ''),
      ports: [{ protocol: 'TCP', port: 80 }],
      families: ['IPv4'],
      clusterIPs: [service.spec?.clusterIP],
      trafficPolicy: 'Cluster',
    });
    expect(requestOf(service, settingsWith())).toMatchObject({ warnings: [] });
    const nodePort = service.spec?.ports?.[0]?.nodePort;
    expect(portUsesOfService(service)).toMatchObject([{ kind: 'NodePort', protocol: 'TCP', port: nodePort }]);
  });

  test('two families, the preferred one first', async () => {
    const families = { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6' as const, 'IPv4' as const] };
    const request = requested(await created('dual', families));
    expect(request.families).toEqual(['IPv6', 'IPv4']);
    expect(request.clusterIPs).toEqual([
      expect.stringMatching(/^fd00:96::/),
      expect.stringMatching(/^10\.96\./),
    ]);
  });

  test('source ranges with blanks and of both families', async () => {
    const field = await created('ranges', { loadBalancerSourceRanges: ['10.1.2.3/8', 'FD00::1/8'] });
    expect(requested(field).sourceRanges).toEqual(['10.0.0.0/8', 'fd00::/8']);
    const annotated = await created(
      'annotated',
      {},
      { 'service.beta.kubernetes.io/load-balancer-source-ranges': ' 10.0.0.0/8 , 192.0.2.0/24 ' },
    );
    expect(requested(annotated).sourceRanges).toEqual(['10.0.0.0/8', '192.0.2.0/24']);
  });

  test('the policy Local has a port for health checks on all nodes', async () => {
    const service = await created('local', { externalTrafficPolicy: 'Local' });
    expect(requested(service).trafficPolicy).toBe('Local');
    expect(portUsesOfService(service)).toContainEqual(
      expect.objectContaining({
        kind: 'HealthCheckNodePort',
        protocol: 'TCP',
        port: service.spec?.healthCheckNodePort,
      }),
    );
  });

  test('a Service that changes its type is nobody’s, and its NodePorts are free', async () => {
    const service = await created('changing', { externalIPs: ['192.0.2.7'] });
    const change = { type: 'merge' as const, body: { spec: { type: 'ClusterIP' } }, namespace };
    const changed = await client.resource(coreV1.services).patch('changing', change);
    expect(requestOf(changed, settingsWith())).toEqual({ kind: 'notOurs', why: 'OtherType' });
    expect(portUsesOfService(service)).toHaveLength(2);
    expect(portUsesOfService(changed)).toMatchObject([
      { kind: 'ExternalIP', port: 80, address: '192.0.2.7' },
    ]);
  });

  test('pods with ports of their node', async () => {
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name: 'ports' },
      spec: {
        nodeName: 'worker-1',
        hostNetwork: true,
        containers: [{ name: 'dns', image: 'dns', ports: [{ containerPort: 53, protocol: 'UDP' }] }],
      },
    };
    const stored = await client.resource(coreV1.pods).create(pod);
    expect(stored.status?.phase).toBe('Pending');
    expect(portUsesOfPod(stored)).toEqual([
      {
        protocol: 'UDP',
        port: 53,
        node: 'worker-1',
        kind: 'HostNetwork',
        owner: 'pod default/ports (hostNetwork)',
      },
    ]);
  });

  test('settings, of which the server refuses what cannot be', async () => {
    const create = (name: string, spec: NodeLoadBalancerSpec) =>
      client.resource(nodeLoadBalancerKind).create({
        apiVersion: 'network.armillary.dev/v1alpha1',
        kind: 'NodeLoadBalancer',
        metadata: { name },
        spec,
      });
    const { spec } = await create('default', { count: 'all', allow: [{ namespaces: ['*'], ports: ['80'] }] });
    expect(settingsOf(spec)).toMatchObject({ kind: 'settings', settings: { count: 'all' } });
    expect(settingsOf((await create('three', { count: 3 })).spec)).toMatchObject({ settings: { count: 3 } });
    await expect(create('none', { count: 0 })).rejects.toMatchObject({ code: 'Invalid' });
    await expect(create('some', { count: 'some' as 'all' })).rejects.toMatchObject({ code: 'Invalid' });
    await expect(create('odd', { maxUnhealthy: 101 })).rejects.toMatchObject({ code: 'Invalid' });
  });
});
