import { coreV1, type Service } from '@armillary/kube';
import { familyOf } from '../../address/address.ts';
import type { Family, PerFamily } from '../../address/protocol.ts';
import { BounceNamespace } from '../../host/bounce-namespace.ts';
import type { ExposedPort, NodePlan } from '../../plan/node-plan.ts';
import { hostRules } from '../../rules/host-rules.ts';
import { innerRules } from '../../rules/inner-rules.ts';
import type { HostBackendName } from '../../plan/rule-set.ts';
import { labService, podPort } from '../lab-objects.ts';
import type { Lab, LabTarget } from '../lab.ts';

/**
 * Installs on the first node what its agent would install for the lab's Service, own rules in `backend`, without any
 * agent. The lab must not have published the Service: kube-proxy would serve its address by itself.
 */
export async function installDataPlane(
  lab: Lab,
  backend: HostBackendName,
  policy: 'Cluster' | 'Local',
  /** Where FORWARD is opened beside `backend`. */
  forwardBackends: readonly HostBackendName[] = ['iptables-nft', 'iptables-legacy'],
): Promise<LabTarget> {
  const { signal } = new AbortController();
  const { node, ports } = await lab.target();
  const { link } = node;
  const commands = lab.commands.inside(node.namespace);
  const plan = await planOf(lab, { node, ports, path: policy === 'Cluster' ? 'bounce' : 'local' });
  await new BounceNamespace(link, commands).ensure(signal);
  await innerRules({ commands: lab.commands.inside(link.namespace), link }).apply(plan, signal);
  await hostRules({ backend, commands, link, forwardBackends }).apply(plan, signal);
  return { node, ports, path: policy === 'Cluster' ? 'bounce' : 'local' };
}

async function planOf(lab: Lab, { node, ports, path }: LabTarget): Promise<NodePlan> {
  const clusterIPs = await clusterIPsOf(lab);
  const here = lab.layout.pods.filter((pod) => pod.node === node.name && pod.role === 'backend');
  return {
    ports: (['TCP', 'UDP'] as const).map((protocol): ExposedPort => {
      const port = ports[protocol];
      return {
        protocol,
        port,
        claim: `${node.name}.${protocol.toLowerCase()}.${port}`,
        service: `${labService.namespace}/${labService.name}`,
        addresses: perFamily((family) => [node.addresses[family]]),
        sourceRanges: { IPv4: undefined, IPv6: undefined },
        target:
          path === 'bounce'
            ? { kind: 'cluster', clusterIPs }
            : {
                kind: 'local',
                endpoints: perFamily((family) =>
                  here.map((pod) => ({ address: pod.addresses[family], port: podPort })),
                ),
              },
      };
    }),
  };
}

/** The cluster IPs of the lab's Service. */
export async function clusterIPsOf(lab: Lab): Promise<PerFamily<string | undefined>> {
  const { name, namespace } = labService;
  const { spec } = await lab.api.resource<Service>(coreV1.services).get(name, { namespace });
  return perFamily((family) => spec?.clusterIPs?.find((ip) => familyOf(ip) === family));
}

function perFamily<T>(of: (family: Family) => T): PerFamily<T> {
  return { IPv4: of('IPv4'), IPv6: of('IPv6') };
}
