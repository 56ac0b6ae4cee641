import { coreV1, type Service } from '@armillary/kube';
import { describe, expect, test } from 'vitest';
import { familyOf } from '../address/address.ts';
import type { PerFamily } from '../address/protocol.ts';
import { BounceNamespace } from '../host/bounce-namespace.ts';
import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';
import { hostRules } from '../rules/host-rules.ts';
import { innerRules } from '../rules/inner-rules.ts';
import type { HostBackendName } from '../rules/rule-set.ts';
import { labService, podPort } from './lab-objects.ts';
import type { Lab, LabTarget } from './lab.ts';
import { runMatrix } from './matrix.ts';
import { canMakeLabs, failing, withLab } from './testing/lab-world.ts';

const backends: readonly HostBackendName[] = ['iptables-nft', 'iptables-legacy', 'nftables'];
const proxies = ['shape-iptables-nft', 'shape-iptables-legacy', 'shape-nftables'] as const;
const signal = new AbortController().signal;

/** What the agent of the first node would plan for the lab's Service. */
async function planOf(lab: Lab, policy: 'Cluster' | 'Local'): Promise<{ plan: NodePlan; target: LabTarget }> {
  const target = await lab.target();
  const { name, namespace } = labService;
  const { spec } = await lab.api.resource<Service>(coreV1.services).get(name, { namespace });
  const perFamily = <T>(of: (family: 'IPv4' | 'IPv6') => T): PerFamily<T> => ({
    IPv4: of('IPv4'),
    IPv6: of('IPv6'),
  });
  const here = lab.layout.pods.filter((pod) => pod.node === target.node.name && pod.role === 'backend');
  const ports = (['TCP', 'UDP'] as const).map((protocol): ExposedPort => ({
    protocol,
    port: target.ports[protocol],
    claim: `${target.node.name}.${protocol.toLowerCase()}.${target.ports[protocol]}`,
    service: `${namespace}/${name}`,
    addresses: perFamily((family) => [target.node.addresses[family]]),
    sourceRanges: { IPv4: undefined, IPv6: undefined },
    target:
      policy === 'Cluster'
        ? {
            kind: 'cluster',
            clusterIPs: perFamily((family) => spec?.clusterIPs?.find((ip) => familyOf(ip) === family)),
          }
        : {
            kind: 'local',
            endpoints: perFamily((family) =>
              here.map((pod) => ({ address: pod.addresses[family], port: podPort })),
            ),
          },
  }));
  return { plan: { ports }, target: { ...target, path: policy === 'Cluster' ? 'bounce' : 'local' } };
}

async function install(
  lab: Lab,
  { link, namespace }: LabTarget['node'],
  backend: HostBackendName,
  plan: NodePlan,
) {
  const commands = lab.commands.inside(namespace);
  await new BounceNamespace(link, commands).ensure(signal);
  await innerRules({ commands: lab.commands.inside(link.namespace), link }).apply(plan, signal);
  const forwardBackends = ['iptables-nft', 'iptables-legacy'] as const;
  await hostRules({ backend, commands, link, forwardBackends }).apply(plan, signal);
}

describe.skipIf(!canMakeLabs('the data plane in the lab'))('the data plane', () => {
  for (const kubeProxy of proxies) {
    for (const backend of backends) {
      test(`brings Cluster through the bounce namespace on all 24 paths: ${kubeProxy}, own rules in ${backend}`, async () => {
        await withLab({ kubeProxy, publishStatus: false }, async (lab) => {
          const { plan, target } = await planOf(lab, 'Cluster');
          await install(lab, target.node, backend, plan);
          expect(failing(await runMatrix(lab, { target }))).toEqual([]);
        });
      });
    }
  }

  for (const backend of backends) {
    test(`keeps the client's address on all 24 paths of Local, own rules in ${backend}`, async () => {
      await withLab(
        { kubeProxy: 'shape-iptables-nft', policy: 'Local', publishStatus: false },
        async (lab) => {
          const { plan, target } = await planOf(lab, 'Local');
          await install(lab, target.node, backend, plan);
          expect(failing(await runMatrix(lab, { target }))).toEqual([]);
        },
      );
    });
  }
});
