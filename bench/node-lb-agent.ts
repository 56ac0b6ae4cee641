// oxlint-disable no-restricted-imports -- what is measured here is within an agent, and nobody else's business
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  coreV1,
  discoveryV1,
  KubeClient,
  loadKubeconfig,
  type EndpointSlice,
  type Service,
} from '@armillary/kube';
import { nodeLbKinds, startLab, type AgentNode, type Lab } from '@armillary/node-lb';
import { startDualStackApi } from '../e2e/testing/dual-stack-api.ts';
import { serveKinds } from '../e2e/testing/serve-kinds.ts';
import { claimName, NODE_LABEL, nodeLabelValue } from '../packages/node-lb/src/kinds/claim-name.ts';
import { portClaimKind, type PortClaim } from '../packages/node-lb/src/kinds/port-claim.ts';
import { installPacked } from '../scripts/install-packed.ts';
import { withWorkFolder } from './api-servers.ts';
import { printComparison, residentMegabytes, type Row } from './measure.ts';
import { processTree } from './process-tree.ts';

/** For memory and processors to come to rest, and how long they are looked at then. */
const settleMs = 10_000;
const restMs = 20_000;
/** As many as an endpoint slice may have. */
const portsOfService = 100;
const many = 1000;

/** What an agent takes at rest, and what its sockets take. `main` is its program's file; the built package's when absent. */
export async function benchAgent(signal: AbortSignal, main?: string): Promise<void> {
  await withWorkFolder(async (work) => {
    const program = main ?? join(installPacked(work), 'node_modules/@armillary/armillary/dist/main.js');
    await using ending = new AsyncDisposableStack();
    const api = ending.adopt(await startDualStackApi(join(work, 'api')), (server) => server.close());
    const config = await loadKubeconfig({ path: api.kubeconfig });
    const client = ending.adopt(new KubeClient(config), (one) => one.close());
    await serveKinds(client, nodeLbKinds);
    const lab = ending.adopt(
      await startLab({
        kubeconfig: api.kubeconfig,
        kubeProxy: 'shape-iptables-nft',
        nodes: [{ backends: 1, callers: 0 }],
        publishStatus: false,
        agentCommand: (node) => agentCommand(program, node),
        signal,
      }),
      (started) => started.stop(),
    );
    const none = await atRest(lab, signal);
    const started = performance.now();
    await claimMany(lab, signal);
    const programmed = performance.now() - started;
    const full = await atRest(lab, signal);
    const sockets = await holdMany(lab, signal);
    const row = (what: string, unit: string, ours: number): Row => ({ what, unit, ours, better: 'less' });
    printComparison('node-lb, an agent at rest, with its children', 'ours', '', [
      row('memory, no ports', 'MB', none.megabytes),
      row('processor, no ports', '% of one', none.percent),
      row('1,000 claims made and programmed', 'ms', programmed),
      row('memory, 1,000 ports', 'MB', full.megabytes),
      row('processor, 1,000 ports, each probed every 10 s', '% of one', full.percent),
      row('10,000 ports held by sockets', 'ms', sockets.milliseconds),
      row('  their memory', 'MB', sockets.megabytes),
    ]);
  });
}

function agentCommand(program: string, { name, kubeconfig, link }: AgentNode): string[] {
  return [
    process.execPath,
    program,
    'node-agent',
    `--node-name=${name}`,
    `--kubeconfig=${kubeconfig}`,
    `--bounce-namespace=${link.namespace}`,
    '--log-level=warn',
  ];
}

/** Memory, and the share of a processor over a while, of the only agent and the programs it runs. */
async function atRest(lab: Lab, signal: AbortSignal): Promise<{ megabytes: number; percent: number }> {
  const [agent] = lab.agents.values();
  if (agent?.pid === undefined) throw new Error('the agent does not run');
  await sleep(settleMs, undefined, { signal });
  const before = processorMs(agent.pid);
  await sleep(restMs, undefined, { signal });
  agent.check();
  const percent = ((processorMs(agent.pid) - before) / restMs) * 100;
  return { megabytes: residentMegabytes(processTree(agent.pid)), percent };
}

/** What a process and its children, ended ones too, have had of the processors. A clock tick is 10 ms (proc(5)). */
function processorMs(pid: number): number {
  const ticks = processTree(pid).flatMap((each) => {
    const text = readFileSync(`/proc/${each}/stat`, 'latin1');
    // Fields 14 to 17, counted from the third, which follows the name in brackets.
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number);
  });
  return ticks.reduce((a, b) => a + b, 0) * 10;
}

/** Services of many ports and a claim on each; resolves when all of them are programmed. */
async function claimMany(lab: Lab, signal: AbortSignal): Promise<void> {
  const [node] = lab.layout.nodes;
  const [pod] = lab.layout.pods;
  if (!node || !pod) throw new TypeError('a lab has a node and a pod');
  const claims = lab.api.resource<PortClaim>(portClaimKind);
  for (let first = 10_001; first < 10_001 + many; first += portsOfService) {
    const service = await createService(lab, pod.addresses.IPv4, first);
    const { uid = '', name, namespace = '' } = service.metadata;
    await Promise.all(
      (service.spec?.ports ?? []).map(({ port }) =>
        claims.create({
          apiVersion: 'network.armillary.dev/v1alpha1',
          kind: portClaimKind.kind,
          metadata: {
            name: claimName(node.name, { protocol: 'TCP', port }),
            labels: { [NODE_LABEL]: nodeLabelValue(node.name) },
          },
          spec: {
            nodeName: node.name,
            protocol: 'TCP',
            port,
            service: { namespace, name: name ?? '', uid },
            addresses: [node.addresses.IPv4],
            externalTrafficPolicy: 'Cluster',
            clusterIPs: [service.spec?.clusterIP ?? ''],
          },
        }),
      ),
    );
  }
  for (;;) {
    const { items } = await claims.list({ signal });
    const left = items.filter(
      ({ status }) => !status?.conditions?.some((one) => one.type === 'Programmed' && one.status === 'True'),
    );
    if (left.length === 0) return;
    await sleep(200, undefined, { signal });
  }
}

async function createService(lab: Lab, endpoint: string, first: number): Promise<Service> {
  const name = `ports-${first}`;
  const ports = Array.from({ length: portsOfService }, (_, n) => ({
    name: `p${n}`,
    protocol: 'TCP' as const,
    port: first + n,
  }));
  await lab.api.resource<EndpointSlice>(discoveryV1.endpointSlices).create({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', name, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [endpoint], conditions: { ready: true } }],
    ports: ports.map((port) => ({ ...port, port: 8080 })),
  });
  return lab.api.resource<Service>(coreV1.services).create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name },
    spec: { ports },
  });
}

async function holdMany(lab: Lab, signal: AbortSignal): Promise<{ milliseconds: number; megabytes: number }> {
  const program = fileURLToPath(new URL('node-lb-sockets.ts', import.meta.url));
  // Not the agent's: that one holds ports itself.
  const { stdout } = await lab.commands
    .inside(lab.layout.client.namespace)
    .run(process.execPath, ['--no-warnings', program, lab.layout.client.addresses.IPv4], {
      signal,
      timeoutMs: 60_000,
    });
  const result = JSON.parse(stdout) as { held: number; milliseconds: number; megabytes: number };
  if (result.held !== 10_000) throw new Error(`${result.held} ports were held`);
  return result;
}
