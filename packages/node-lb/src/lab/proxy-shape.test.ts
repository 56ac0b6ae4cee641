import { coreV1, type EndpointSlice, type Service } from '@armillary/kube';
import { describe, test } from 'vitest';
import { endpointSliceType } from '../api/endpoint-slice-type.ts';
import { labService } from './lab-objects.ts';
import type { Lab } from './lab.ts';
import type { Answer } from './resident-orders.ts';
import { clusterIPsOf } from './testing/data-plane.ts';
import { canMakeLabs, patience, withLab } from './testing/lab-world.ts';
import { waitUntil } from './wait-until.ts';

const signal = new AbortController().signal;

/** One answer of the Service's cluster IP, asked from a pod of the first node. */
async function ask(lab: Lab, protocol: 'TCP' | 'UDP'): Promise<Answer> {
  const caller = lab.layout.pods.find(({ role }) => role === 'caller');
  const { IPv4: address } = await clusterIPsOf(lab);
  if (!caller || !address) throw new Error('the lab has no caller, or its Service no address');
  const [answer] = await lab
    .resident(caller)
    .call({ protocol, address, port: 80, times: 1, timeoutMs: 1000 });
  if (!answer) throw new Error('a call without an answer');
  return answer;
}

async function until(
  lab: Lab,
  what: string,
  is: (answer: Answer) => boolean,
  protocol: 'TCP' | 'UDP' = 'TCP',
): Promise<void> {
  const inTheWay = async (): Promise<string> => JSON.stringify(await ask(lab, protocol));
  await waitUntil(what, async () => is(await ask(lab, protocol)) || undefined, {
    deadlineMs: 60_000,
    signal,
    inTheWay,
  });
}

async function changeEndpoints(
  lab: Lab,
  endpoints: (slice: EndpointSlice) => EndpointSlice['endpoints'],
): Promise<void> {
  const slices = lab.api.resource(await endpointSliceType(lab.api));
  const name = `${labService.name}-ipv4`;
  const slice = await slices.get(name, { namespace: labService.namespace });
  await slices.update({ ...slice, endpoints: endpoints(slice) });
}

describe.skipIf(!canMakeLabs('kube-proxy in shape'))('a kube-proxy in shape', patience, () => {
  for (const kubeProxy of ['shape-iptables-nft', 'shape-iptables-legacy', 'shape-nftables'] as const) {
    test(`follows Services and endpoints: ${kubeProxy}`, async () => {
      await withLab({ kubeProxy }, async (lab) => {
        await lab.target();
        let all: EndpointSlice['endpoints'] = [];
        await changeEndpoints(lab, (slice) => {
          all = slice.endpoints;
          return [];
        });
        // A refusal, not a timeout: that is what clients of a Service without pods get.
        for (const protocol of ['TCP', 'UDP'] as const) {
          const isRefusal = (answer: Answer) => 'error' in answer && answer.error === 'ECONNREFUSED';
          await until(lab, `a refusal over ${protocol} without endpoints`, isRefusal, protocol);
        }

        const [first, second] = all;
        if (!first || !second) throw new Error('the lab has two backends');
        await changeEndpoints(lab, () => [second, { ...first, conditions: { ready: false } }]);
        await until(lab, 'the only ready pod', (answer) => 'name' in answer && answer.name === 'backend-2-1');

        await lab.api
          .resource<Service>(coreV1.services)
          .delete(labService.name, { namespace: labService.namespace });
        const node = lab.layout.nodes[0];
        const commands = lab.commands.inside(node?.namespace ?? '');
        const rules = async (): Promise<string> =>
          kubeProxy === 'shape-nftables'
            ? (await commands.run('nft', ['list', 'table', 'ip', 'kube-proxy'])).stdout
            : (await commands.run(kubeProxy.replace('shape-iptables', 'iptables') + '-save', [])).stdout;
        const isGone = async (): Promise<true | undefined> =>
          /KUBE-S(VC|EP)-|chain (service|endpoint)-[0-9A-F]/.test(await rules()) ? undefined : true;
        await waitUntil('no rule of a deleted Service', isGone, {
          deadlineMs: 60_000,
          signal,
          inTheWay: rules,
        });
      });
    });
  }
});
