/** Many Services want one port, while controllers, as processes, are killed between any two of their writes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ControllerManager,
  coreV1,
  isNotFound,
  KubeClient,
  loadKubeconfig,
  type Service,
} from '@armillary/kube';
import { startApiServer, type ApiServer } from '@armillary/embedded-api';
import { randomNumbers } from '../packages/node-lb/src/testing/random-numbers.ts';
import { temporaryFolder, type Running } from './testing/armillary.ts';
import { startController } from './testing/node-lb-cluster.ts';
import { nodeLbKinds, nodeLoadBalancerKind, portClaimKind, type PortClaim } from './testing/node-lb-parts.ts';
import { tell } from './testing/node-lb-load.ts';
import { ended, eventually } from './testing/process.ts';
import { serveKinds } from './testing/serve-kinds.ts';
import { SimulatedNodeAgents } from './testing/simulated-node-agents.ts';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
const many = Number(process.env['NODE_LB_CONTENDERS'] ?? 200);
const namespace = 'default';
const patienceMs = 240_000;
/** How often controllers are killed, about. */
const kills = 6;

let api: ApiServer;
let client: KubeClient;
let agents: SimulatedNodeAgents;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let renewing: NodeJS.Timeout;
const controllers: Running[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  api = await startApiServer({ dataDir: `${folder.path}/api`, port: 0 });
  client = new KubeClient(await loadKubeconfig({ path: api.kubeconfig }));
  await serveKinds(client, nodeLbKinds);
  agents = new SimulatedNodeAgents(client, namespace);
  for (const [at, name] of nodes.entries()) {
    const status = {
      addresses: [{ type: 'InternalIP', address: `10.0.0.${at + 1}` }],
      conditions: [{ type: 'Ready', status: 'True' as const }],
    };
    const node = await client
      .resource(coreV1.nodes)
      .create({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await client.resource(coreV1.nodes).updateStatus({ ...node, status });
    await agents.add(name);
  }
  // A machine that is too busy to renew leases in time must not make Services move.
  const { apiVersion, kind } = nodeLoadBalancerKind;
  const settings = {
    apiVersion,
    kind,
    metadata: { name: 'default' },
    spec: { grace: { agent: '1h', return: '0s' } },
  };
  await client.apply(settings, { fieldManager: 'test', force: true });
  renewing = setInterval(() => void agents.renew().catch(() => {}), 3000);
});

afterAll(async () => {
  clearInterval(renewing);
  for (const { process: one } of controllers) {
    one.kill('SIGKILL');
    await ended(one);
  }
  await agents.stop();
  await client.close();
  await api.close();
  await folder.remove();
});

/** Which Service each claim belongs to, from its making to its end, as the server told of it. */
async function watchOwners(): Promise<{ stolen: string[]; seen: () => number; stop(): Promise<void> }> {
  const manager = new ControllerManager({ client });
  const claims = manager.informer<PortClaim>(portClaimKind);
  const owners = new Map<string, { uid: string; service: string }>();
  const stolen: string[] = [];
  let events = 0;
  claims.onEvent({
    added: ({ metadata, spec }) => {
      events += 1;
      owners.set(metadata.name ?? '', { uid: metadata.uid ?? '', service: spec.service.uid });
    },
    updated: (_, { metadata, spec }) => {
      events += 1;
      const { name = '', uid = '' } = metadata;
      const before = owners.get(name);
      if (before?.uid === uid && before.service !== spec.service.uid)
        stolen.push(`${name} ${spec.service.name}`);
      owners.set(name, { uid, service: spec.service.uid });
    },
    deleted: ({ metadata }) => owners.delete(metadata.name ?? ''),
  });
  const done = manager.start();
  await eventually('the watch of claims', () => manager.readiness().ok);
  return {
    stolen,
    seen: () => events,
    stop: async () => {
      await manager.stop();
      await done;
    },
  };
}

async function claims(): Promise<PortClaim[]> {
  return (await client.resource<PortClaim>(portClaimKind).list()).items;
}

/** The Services that tell an address, those that say that there is no node, and those that are about to go. */
async function told(): Promise<{ winners: string[]; waiting: number; going: number }> {
  const { items } = await client.resource<Service>(coreV1.services).list({ namespace });
  const winners = items.filter(({ status }) => status?.loadBalancer?.ingress?.length);
  const waiting = items.filter(({ status }) =>
    status?.conditions?.some(
      ({ type, status: value, message }) => type === 'NoEligibleNode' && value === 'True' && message,
    ),
  );
  return {
    winners: winners.map(({ metadata }) => metadata.name ?? '').sort(),
    waiting: waiting.length,
    going: items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length,
  };
}

test(`${many} Services, 5 nodes and two controllers that are killed again and again: exactly 5 win, and no claim ever has two owners`, async () => {
  const watch = await watchOwners();
  const random = randomNumbers(5);
  controllers.push(
    ...(await Promise.all([startController(api.kubeconfig), startController(api.kubeconfig)])),
  );
  const services = client.resource<Service>(coreV1.services);
  const restart = async (at: number): Promise<void> => {
    const killed = controllers[at];
    killed?.process.kill('SIGKILL');
    if (killed) await ended(killed.process);
    controllers[at] = await startController(api.kubeconfig);
  };
  for (let at = 0; at < many; at += 1) {
    await services.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `s${at}`, namespace },
      spec: {
        type: 'LoadBalancer',
        loadBalancerClass: 'armillary.dev/node',
        allocateLoadBalancerNodePorts: false,
        ports: [{ port: 80 }],
      },
    });
    if (random(many) >= kills) continue;
    // One dies or both, wherever they are; and who has a port may go meanwhile.
    const dying = Promise.all(random(2) === 0 ? [restart(0), restart(1)] : [restart(random(2))]);
    const [owner] = await claims();
    if (owner && random(2) === 0) {
      // It may have been told to go before, and be gone by now.
      await services.delete(owner.spec.service.name, { namespace }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
    await dying;
    tell('killed', { created: at + 1, claimEvents: watch.seen() });
  }
  const left = (): Promise<number> =>
    services
      .list({ namespace })
      .then(({ items }) => items.filter(({ spec }) => spec?.type === 'LoadBalancer').length);
  await eventually(
    'five to win, and all others to say why not',
    async () => {
      const { winners, waiting, going } = await told();
      const rest = (await left()) - 5;
      // Who wins and is about to go is not who wins in the end.
      return (await claims()).length === 5 && winners.length === 5 && waiting === rest && going === 0;
    },
    patienceMs,
  ).catch(async (error: unknown) => {
    throw new Error(
      `${String(error)} ${JSON.stringify([await told(), (await claims()).map(({ spec }) => spec)])}`,
    );
  });
  expect(watch.stolen).toEqual([]);
  const before = await told();
  const owners = (await claims()).map(({ metadata, spec }) => [metadata.name, spec.service.name]);
  expect(new Set(owners.map(([name]) => name)).size).toBe(5);
  expect(new Set(owners.map(([, service]) => service))).toEqual(new Set(before.winners));

  const [gone = ''] = before.winners;
  await services.delete(gone, { namespace });
  const after = await eventually(
    'exactly one waiting Service to come in',
    async () => {
      const now = await told();
      return now.winners.length === 5 && !now.winners.includes(gone) && now;
    },
    patienceMs,
  );
  expect(after.winners.filter((name) => !before.winners.includes(name))).toHaveLength(1);
  expect(watch.stolen).toEqual([]);
  tell('events of claims', { seen: watch.seen() });
  await watch.stop();
}, 900_000);
