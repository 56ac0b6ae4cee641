/** Packets that are no plain connection, and a node whose addresses change. */
import { coreV1 } from '@armillary/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { NodeLbCluster, patienceMs, type ClusterNode } from './testing/node-lb-cluster.ts';
import {
  echoProgram,
  fragmentsProgram,
  sctpInitProgram,
  sctpServerProgram,
} from './testing/node-lb-packets.ts';
import { startIn } from './testing/node-lb-stranger.ts';
import { eventually } from './testing/process.ts';

const canRun = canTryRules('packets through a node');
const families = ['IPv4', 'IPv6'] as const;

describe.skipIf(!canRun)(
  'through a node, as its processes and the kernel have it',
  { timeout: 600_000 },
  () => {
    let cluster: NodeLbCluster;
    const running: ReturnType<typeof startIn>[] = [];
    beforeAll(async () => {
      cluster = await NodeLbCluster.start({ kubeProxy: 'shape-iptables-nft' });
      await cluster.lab.target();
    }, 300_000);
    afterAll(async () => {
      await Promise.all(running.map((one) => one.stop('SIGKILL')));
      await cluster?.stop();
    });

    const layoutOf = () => cluster.lab.layout;
    const backends = () => layoutOf().pods.filter(({ role }) => role === 'backend');
    const call = async (
      node: ClusterNode,
      port: number,
      protocol: 'TCP' | 'UDP',
      family: 'IPv4' | 'IPv6',
    ) => {
      const order = { protocol, address: node.addresses[family], port, times: 1, timeoutMs: 2000 } as const;
      const [answer] = await cluster.lab.resident(layoutOf().client).call(order);
      return answer && 'name' in answer ? answer.name : (answer?.error ?? '');
    };
    /** Runs a program in a namespace until the end of the tests; gives the lines it prints. */
    const start = (namespace: string, argv: string[]): string[] => {
      const lines: string[] = [];
      running.push(startIn(namespace, argv, (line) => lines.push(line)));
      return lines;
    };

    test('a Service without endpoints is refused at once, over both protocols and families', async () => {
      await cluster.addService('empty', {
        ports: [
          { port: 8100, protocol: 'TCP' },
          { port: 8100, protocol: 'UDP' },
        ],
        backends: [],
      });
      const node = await cluster.programmed('empty', 2);
      for (const family of families) {
        for (const protocol of ['TCP', 'UDP'] as const) {
          await eventually(
            `${protocol} over ${family} to be refused`,
            async () => (await call(node, 8100, protocol, family)) === 'ECONNREFUSED',
            patienceMs,
          );
        }
      }
    });

    test('datagrams in fragments come whole, there and back', async () => {
      const ready = backends().map((pod) => start(pod.namespace, echoProgram(8111)));
      await eventually('the pods to serve', () => ready.every((lines) => lines.length > 0), patienceMs);
      await cluster.addService('fragments', {
        ports: [{ port: 8110, protocol: 'UDP' }],
        backendPort: 8111,
      });
      const node = await cluster.programmed('fragments');
      // One of two pods is on the node that serves; that it is never asked is one case in 65,536.
      const asked = 16;
      for (const family of families) {
        const lines = start(
          layoutOf().client.namespace,
          fragmentsProgram(node.addresses[family], 8110, 9000, asked),
        );
        await eventually(`9000 bytes over ${family}`, () => lines.length === asked, patienceMs);
        expect(new Set(lines)).toEqual(new Set(['9000']));
      }
    });

    test('an SCTP association begins: its INIT comes to a pod, and what the pod says comes back', async () => {
      const ready = backends().map((pod) => start(pod.namespace, sctpServerProgram(8121)));
      await eventually('the pods to serve', () => ready.every((lines) => lines.length > 0), patienceMs);
      await cluster.addService('sctp', { ports: [{ port: 8120, protocol: 'SCTP' }], backendPort: 8121 });
      const node = await cluster.programmed('sctp');
      const lines = start(layoutOf().client.namespace, sctpInitProgram(node.addresses.IPv4, 8120));
      await eventually('the answer to an INIT', () => lines.length > 0, patienceMs);
      // An ABORT with the tag of the INIT.
      expect(lines).toEqual(['6']);
    });

    test('the path MTU is learned through the bounce namespace, over both families', async () => {
      const node = await cluster.programmed('lab', 2);
      for (const pod of backends()) {
        // Behind the pod's own link less fits than the client believes.
        const { namespace } = cluster.node(pod.node);
        await cluster.lab.commands.inside(namespace).run('ip', ['link', 'set', pod.name, 'mtu', '1300']);
        await cluster.lab.commands.inside(pod.namespace).run('ip', ['link', 'set', 'eth0', 'mtu', '1300']);
      }
      for (const family of families) {
        const lines = start(layoutOf().client.namespace, [
          'python3',
          '-u',
          '-c',
          bulk,
          node.addresses[family],
          '80',
        ]);
        await eventually(`64 KiB over ${family}`, () => lines.length > 0, patienceMs);
        expect(lines).toEqual(['answered']);
      }
    });

    test('a node whose address changes serves at the new one, tells it, and no longer at the old one', async () => {
      const node = await cluster.programmed('lab', 2);
      const old = node.addresses.IPv4;
      const next = old.replace(/\d+$/u, (host) => String(Number(host) + 100));
      await cluster.run(node, 'ip', 'address', 'add', `${next}/24`, 'dev', 'eth0');
      const nodes = cluster.api.resource(coreV1.nodes);
      const object = await nodes.get(node.name);
      await nodes.updateStatus({
        ...object,
        status: {
          ...object.status,
          addresses: (object.status?.addresses ?? []).map((each) =>
            each.address === old ? { ...each, address: next } : each,
          ),
        },
      });
      await eventually(
        'the Service to tell the new address',
        async () =>
          (await cluster.service('lab'))?.status?.loadBalancer?.ingress?.some(({ ip }) => ip === next),
        patienceMs,
      );
      const resident = cluster.lab.resident(layoutOf().client);
      const at = async (address: string): Promise<boolean> => {
        const [answer] = await resident.call({
          protocol: 'TCP',
          address,
          port: 80,
          times: 1,
          timeoutMs: 2000,
        });
        return answer !== undefined && 'name' in answer;
      };
      await eventually('the new address to answer', () => at(next), patienceMs);
      await eventually('the old one to answer no more', async () => !(await at(old)), patienceMs);
    });
  },
);

/** Sends a line that takes many full packets, and prints whether it was answered. */
const bulk = `
import socket, sys
one = socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)
one.settimeout(30)
one.sendall(b'x' * 65536 + b'\\n')
print('answered' if b'name' in one.recv(1000) else 'silence')
`;
