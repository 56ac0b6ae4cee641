import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { ExposedPort } from '../plan/node-plan.ts';
import { defaultLink } from '../plan/link.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { BounceNamespace } from './bounce-namespace.ts';
import type { StreamingCommands } from './commands.ts';
import { Conntrack } from './conntrack.ts';
import { fakeCommands } from './testing/fake-commands.ts';
import { NetworkNamespace, canMakeNamespaces, uniqueName } from './testing/network-namespace.ts';

const never = new AbortController().signal;
const client = { IPv4: '198.51.100.7', IPv6: '2001:db8:1::7' };
const nodeIP = { IPv4: '192.0.2.4', IPv6: '2001:db8::4' };

function exposed(port: number, changes: Partial<ExposedPort> = {}): ExposedPort {
  return {
    protocol: 'UDP',
    port,
    claim: `worker-1.udp.${port}`,
    service: 'net/dns',
    addresses: { IPv4: [nodeIP.IPv4], IPv6: [nodeIP.IPv6] },
    sourceRanges: { IPv4: undefined, IPv6: undefined },
    target: { kind: 'cluster', clusterIPs: { IPv4: '10.96.0.9', IPv6: 'fd00:10::9' } },
    ...changes,
  };
}

/** A node with a bounce namespace, in which connections are tracked that somebody wrote there. */
class Node implements Disposable {
  readonly network = new NetworkNamespace();
  readonly link = { ...defaultLink, namespace: `${uniqueName()}-b` };
  readonly conntrack = new Conntrack(this.link, this.network.commands);

  static async make(): Promise<Node> {
    const node = new Node();
    await new BounceNamespace(node.link, node.network.commands).ensure(never);
    return node;
  }

  /** Writes a connection to a port; it is answered by `by`. */
  track(side: 'host' | 'inner', protocol: string, to: string, port: number, by: string, from?: string): void {
    const source = from ?? (to.includes(':') ? client.IPv6 : client.IPv4);
    const original = `-p ${protocol} -s ${source} -d ${to} --sport 1234 --dport ${port}`;
    const reply = `-r ${by} -q ${source} --reply-port-src ${port} --reply-port-dst 1234`;
    const state = protocol === 'udp' ? '' : ' --state ESTABLISHED';
    this.#run(side, `-I ${original} ${reply} -t 600${state}`.split(' '));
  }

  /** The connections that are left, as `protocol destination port`. */
  tracked(side: 'host' | 'inner'): string[] {
    const lines = ['ipv4', 'ipv6'].flatMap((family) => this.#run(side, ['-L', '-f', family]).split('\n'));
    return lines
      .map((line) => /^(\w+) .*? dst=(\S+) .*?dport=(\d+)/.exec(line))
      .flatMap((match) => (match ? [match.slice(1).join(' ')] : []))
      .filter((line) => !line.startsWith('icmp'))
      .sort();
  }

  #run(side: 'host' | 'inner', args: string[]): string {
    const name = side === 'host' ? this.network.name : this.link.namespace;
    const enter = [`--net=/run/netns/${name}`, '--', 'conntrack', ...args];
    return execFileSync('nsenter', enter, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  [Symbol.dispose](): void {
    execFileSync('ip', ['netns', 'delete', this.link.namespace]);
    this.network[Symbol.dispose]();
  }
}

test('a listing that does not end is a failure after 30 seconds, and its program is ended', async () => {
  const clock = new FakeClock();
  const started = Promise.withResolvers<AbortSignal>();
  const stuck: StreamingCommands = {
    ...fakeCommands({}),
    async *follow(_program, _args, signal) {
      started.resolve(signal);
      await once(signal, 'abort');
      yield* [];
    },
    inside: () => stuck,
  };
  const forgotten = new Conntrack(defaultLink, stuck, clock).forget(undefined, { ports: [] }, never);
  const signal = await started.promise;
  clock.advance(29_999);
  expect(signal.aborted).toBe(false);
  clock.advance(1);
  await expect(forgotten).rejects.toMatchObject({
    code: 'ProgramFailed',
    message: 'conntrack -L -f ipv4 did not end within 30 s',
  });
  expect(clock.pending).toEqual([]);
});

describe.skipIf(!canMakeNamespaces('forgetting connections'))('connections on a node', () => {
  test('UDP that came before the rule is forgotten when the port is added, in both families; others stay', async () => {
    using node = await Node.make();
    for (const [ip] of [[nodeIP.IPv4], [nodeIP.IPv6]] as const) {
      node.track('host', 'udp', ip, 53, ip);
      node.track('host', 'udp', ip, 54, ip);
      node.track('host', 'tcp', ip, 53, ip);
    }
    await node.conntrack.forget({ ports: [] }, { ports: [exposed(53)] }, never);
    expect(node.tracked('host')).toEqual([
      `tcp ${nodeIP.IPv4} 53`,
      `tcp ${nodeIP.IPv6} 53`,
      `udp ${nodeIP.IPv4} 54`,
      `udp ${nodeIP.IPv6} 54`,
    ]);
  });

  test.for(['TCP', 'UDP', 'SCTP'] as const)(
    '%s is forgotten on its whole way when the port is removed',
    async (protocol) => {
      using node = await Node.make();
      const word = protocol.toLowerCase();
      const { IPv4, IPv6 } = node.link.innerAddress;
      if (protocol !== 'SCTP') {
        node.track('host', word, nodeIP.IPv4, 80, IPv4);
        node.track('host', word, nodeIP.IPv6, 80, IPv6);
        node.track('host', word, '10.96.0.9', 80, '10.1.0.7', IPv4);
        node.track('inner', word, IPv4, 80, '10.96.0.9');
        node.track('inner', word, IPv6, 80, 'fd00:10::9');
      }
      node.track('host', 'tcp', '10.96.0.9', 80, '10.1.0.7', '10.1.0.3');
      node.track('inner', 'tcp', IPv4, 81, '10.96.0.9');
      await node.conntrack.forget({ ports: [exposed(80, { protocol })] }, { ports: [] }, never);
      expect(node.tracked('host')).toEqual(['tcp 10.96.0.9 80']);
      expect(node.tracked('inner')).toEqual([`tcp ${IPv4} 81`]);
    },
  );

  test('those to an old cluster IP are forgotten inside the namespace', async () => {
    using node = await Node.make();
    const { IPv4 } = node.link.innerAddress;
    node.track('inner', 'udp', IPv4, 53, '10.96.0.9');
    node.track('host', 'udp', nodeIP.IPv4, 53, IPv4);
    const target = { kind: 'cluster', clusterIPs: { IPv4: '10.96.0.10', IPv6: 'fd00:10::9' } } as const;
    await node.conntrack.forget({ ports: [exposed(53)] }, { ports: [exposed(53, { target })] }, never);
    expect(node.tracked('inner')).toEqual([]);
    expect(node.tracked('host')).toEqual([`udp ${nodeIP.IPv4} 53`]);
  });

  test('nothing to forget is no failure', async () => {
    using node = await Node.make();
    await node.conntrack.forget({ ports: [exposed(53)] }, { ports: [] }, never);
    await node.conntrack.forget({ ports: [] }, { ports: [] }, never);
    await node.conntrack.forget(undefined, { ports: [] }, never);
  });

  test('after a time without rules the right ones stay and the wrong ones go', async () => {
    using node = await Node.make();
    const { IPv4 } = node.link.innerAddress;
    node.track('host', 'udp', nodeIP.IPv4, 53, nodeIP.IPv4);
    node.track('host', 'udp', nodeIP.IPv4, 53, IPv4, '198.51.100.8');
    node.track('host', 'tcp', nodeIP.IPv4, 8080, IPv4);
    node.track('inner', 'udp', IPv4, 53, '10.96.0.1');
    node.track('inner', 'udp', IPv4, 53, '10.96.0.9', '198.51.100.8');
    await node.conntrack.forget(undefined, { ports: [exposed(53)] }, never);
    expect(node.tracked('host')).toEqual([`udp ${nodeIP.IPv4} 53`]);
    expect(node.tracked('inner')).toEqual([`udp ${IPv4} 53`]);
  });

  test('a UDP client that never pauses gets through once its old connection is forgotten', async () => {
    using node = await Node.make();
    const { network } = node;
    network.run('ip', 'address', 'add', `${nodeIP.IPv4}/32`, 'dev', 'lo');
    // Somebody listens, so that no answer ends the connection.
    const send = `import socket
r = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
r.bind(("${nodeIP.IPv4}", 53))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("${nodeIP.IPv4}", 4321))
s.sendto(b"?", ("${nodeIP.IPv4}", 53))`;
    network.run('nft', 'add table ip t; add chain ip t out { type nat hook output priority -100; }');
    // Connections are tracked as soon as any rule needs it.
    network.run('nft', 'add rule ip t out ct state established accept');
    network.run('python3', '-c', send);
    network.run('nft', `add rule ip t out udp dport 53 counter dnat to ${node.link.innerAddress.IPv4}`);
    const translated = (): string | undefined =>
      /packets (\d+)/.exec(network.run('nft', 'list', 'table', 'ip', 't'))?.[1];
    network.run('python3', '-c', send);
    expect(translated()).toBe('0');
    await node.conntrack.forget({ ports: [] }, { ports: [exposed(53)] }, never);
    network.run('python3', '-c', send);
    expect(translated()).toBe('1');
  });

  test('nor does one wait whose first datagram came into the namespace before its port was known there', async () => {
    using node = await Node.make();
    const inner = node.link.innerAddress;
    for (const family of ['IPv4', 'IPv6'] as const) {
      node.track('inner', 'udp', inner[family], 53, inner[family]);
      // Another one came a moment later.
      node.track(
        'inner',
        'udp',
        inner[family],
        53,
        family === 'IPv4' ? '10.96.0.9' : 'fd00:10::9',
        family === 'IPv4' ? '198.51.100.8' : '2001:db8:1::8',
      );
    }
    expect(node.tracked('inner')).toHaveLength(4);
    await node.conntrack.forget({ ports: [] }, { ports: [exposed(53)] }, never);
    expect(node.tracked('inner')).toHaveLength(2);
    expect(node.network.run('ip', 'netns', 'exec', node.link.namespace, 'conntrack', '-L')).not.toContain(
      '198.51.100.7 ',
    );
  });
});
