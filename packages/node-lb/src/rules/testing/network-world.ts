import { spawn, type ChildProcess } from 'node:child_process';
import type { Family } from '../../address/protocol.ts';
import { OWNER_MARK } from '../../host/namespace-owner.ts';
import { systemCommands } from '../../host/system-commands.ts';
import type { Commands } from '../../host/commands.ts';
import { defaultLink, type Link } from '../../plan/link.ts';
import type { HostBackendName } from '../../plan/rule-set.ts';

/** Addresses of the world. */
export const addresses = {
  node: { IPv4: '10.77.0.1', IPv6: 'fd77:7::1' },
  /** A second address of the node, which no rule names unless told. */
  nodeOther: { IPv4: '10.77.0.9', IPv6: 'fd77:7::9' },
  client: { IPv4: '10.77.0.2', IPv6: 'fd77:7::2' },
  pods: { IPv4: ['10.88.1.2', '10.88.2.2'], IPv6: ['fd88:1::2', 'fd88:2::2'] },
  clusterIP: { IPv4: '10.96.0.10', IPv6: 'fd96::10' },
} as const satisfies Record<string, Record<Family, string | readonly string[]>>;

/** The port of the pods' servers. */
export const podPort = 8080;

let worlds = 0;

/**
 * A client, a node with its bounce namespace, and two pods of the node, each a network namespace. In the node a few rules
 * do what kube-proxy does for one Service, and FORWARD drops. The pods answer on TCP and UDP with the address they were
 * asked from and the one they were asked at.
 */
export class NetworkWorld {
  readonly names: Record<'client' | 'node' | 'pod' | 'otherPod' | 'bounce', string>;
  readonly link: Link;
  readonly commands: Commands = systemCommands();
  readonly #processes: ChildProcess[] = [];

  constructor() {
    const id = `rules-${process.pid}-${worlds++}`;
    this.names = {
      client: `${id}-client`,
      node: `${id}-node`,
      pod: `${id}-pod`,
      otherPod: `${id}-other`,
      bounce: `${id}-bounce`,
    };
    this.link = { ...defaultLink, namespace: this.names.bounce };
  }

  get node(): Commands {
    return this.commands.inside(this.names.node);
  }

  get bounce(): Commands {
    return this.commands.inside(this.names.bounce);
  }

  /** Builds everything but our rules. */
  async build(): Promise<void> {
    const { client, node, pod, otherPod, bounce } = this.names;
    for (const name of Object.values(this.names)) {
      await this.commands.run('ip', ['netns', 'add', name]);
      // Routers ask for neighbours with their link-local address, which else would be tentative for a second or two.
      const dad = ['all.accept_dad=0', 'default.accept_dad=0', 'default.dad_transmits=0'];
      // As in a real bounce namespace: redirects would be sent in place of other answers.
      const redirects = ['all.send_redirects=0', 'default.send_redirects=0'];
      const settings = [
        ...dad.map((setting) => `net.ipv6.conf.${setting}`),
        ...redirects.map((setting) => `net.ipv4.conf.${setting}`),
      ];
      await this.commands.inside(name).run('sysctl', ['-qw', ...settings]);
    }
    await this.#pair([client, 'eth0'], [node, 'lan']);
    await this.#pair([pod, 'eth0'], [node, 'pod1']);
    await this.#pair([otherPod, 'eth0'], [node, 'pod2']);
    await this.#pair([bounce, this.link.innerEnd], [node, this.link.hostEnd]);
    // An agent takes it for its own.
    await this.commands.inside(bounce).run('ip', ['link', 'set', 'lo', 'alias', OWNER_MARK]);
    const { hostAddress, innerAddress, hostEnd, innerEnd } = this.link;
    await this.#configure(client, 'eth0', [
      [addresses.client.IPv4, 24],
      [addresses.client.IPv6, 64],
    ]);
    await this.#configure(node, 'lan', [
      [addresses.node.IPv4, 24],
      [addresses.node.IPv6, 64],
      [addresses.nodeOther.IPv4, 24],
      [addresses.nodeOther.IPv6, 64],
    ]);
    for (const [name, index] of [
      [pod, 0],
      [otherPod, 1],
    ] as const) {
      const subnet = index + 1;
      await this.#configure(node, `pod${subnet}`, [
        [`10.88.${subnet}.1`, 24],
        [`fd88:${subnet}::1`, 64],
      ]);
      await this.#configure(name, 'eth0', [
        [addresses.pods.IPv4[index], 24],
        [addresses.pods.IPv6[index], 64],
      ]);
      await this.#defaultRoute(name, `10.88.${subnet}.1`, `fd88:${subnet}::1`);
    }
    await this.#configure(node, hostEnd, [
      [hostAddress.IPv4, 30],
      [hostAddress.IPv6, 126],
    ]);
    await this.#configure(bounce, innerEnd, [
      [innerAddress.IPv4, 30],
      [innerAddress.IPv6, 126],
    ]);
    await this.#defaultRoute(client, addresses.node.IPv4, addresses.node.IPv6);
    await this.#defaultRoute(bounce, hostAddress.IPv4, hostAddress.IPv6);
    for (const name of [node, bounce]) {
      const forwarding = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];
      await this.commands.inside(name).run('sysctl', ['-qw', ...forwarding]);
    }
    await Promise.all([this.#serve('pod'), this.#serve('otherPod')]);
  }

  /** What kube-proxy does for the Service, on this port, in this backend; and a FORWARD chain that drops. */
  async proxy(backend: HostBackendName, port: number, target = podPort): Promise<void> {
    for (const [family, program] of [
      ['IPv4', 'iptables'],
      ['IPv6', 'ip6tables'],
    ] as const) {
      const way = backend === 'nftables' ? 'nft' : backend.slice('iptables-'.length);
      const pod = addresses.pods[family][0];
      const to = family === 'IPv4' ? `${pod}:${target}` : `[${pod}]:${target}`;
      const dnat = ['tcp', 'udp'].map(
        (protocol) =>
          `-A KUBE-SERVICES -d ${addresses.clusterIP[family]} -p ${protocol} -m ${protocol} --dport ${port} -j DNAT --to-destination ${to}\n`,
      );
      const input = `*nat
:KUBE-SERVICES - [0:0]
${dnat.join('')}-I PREROUTING 1 -j KUBE-SERVICES
-I OUTPUT 1 -j KUBE-SERVICES
COMMIT
*filter
:FORWARD DROP [0:0]
COMMIT
`;
      const options = { input, timeoutMs: 60_000 };
      await this.node.run(`${program}-${way}-restore`, ['--noflush', '-w', '30'], options);
    }
  }

  /**
   * Asks the address from a namespace; what the pod answered (`asked-from asked-at`), or `refused`, `unreachable`, and
   * `timeout` after so many seconds: few where that is what is expected.
   */
  async ask(
    from: 'client' | 'node' | 'pod' | 'otherPod',
    protocol: 'TCP' | 'UDP',
    address: string,
    port: number,
    patience = 10,
  ): Promise<string> {
    const args = ['-c', askProgram, protocol, address, String(port), String(patience)];
    const options = { timeoutMs: 60_000 };
    const { stdout } = await this.commands.inside(this.names[from]).run('python3', args, options);
    return stdout.trim();
  }

  /** A Python program that goes on in a namespace until the world ends. */
  start(where: keyof NetworkWorld['names'], program: string, ...args: string[]): ChildProcess {
    const enter = ['netns', 'exec', this.names[where], 'python3', '-u', '-c', program, ...args];
    const child = spawn('ip', enter, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#processes.push(child);
    return child;
  }

  async remove(): Promise<void> {
    for (const child of this.#processes) child.kill('SIGKILL');
    for (const name of Object.values(this.names)) {
      await this.commands.run('ip', ['netns', 'del', name], { acceptable: [1] });
    }
  }

  async #serve(where: 'pod' | 'otherPod'): Promise<void> {
    const child = this.start(where, serverProgram, String(podPort));
    await new Promise((resolve, reject) => {
      child.stdout?.once('data', resolve);
      child.once('exit', () => reject(new Error('the server of the pod ended')));
    });
  }

  async #pair([one, oneEnd]: [string, string], [other, otherEnd]: [string, string]): Promise<void> {
    const names = [one, 'type', 'veth', 'peer', 'name', otherEnd, 'netns', other];
    await this.commands.run('ip', ['link', 'add', oneEnd, 'netns', ...names]);
  }

  async #configure(
    name: string,
    device: string,
    networks: readonly (readonly [string, number])[],
  ): Promise<void> {
    for (const [address, length] of networks) {
      const nodad = address.includes(':') ? ['nodad'] : [];
      const add = ['-n', name, 'addr', 'add', `${address}/${length}`, 'dev', device, ...nodad];
      await this.commands.run('ip', add);
    }
    for (const each of ['lo', device]) {
      await this.commands.run('ip', ['-n', name, 'link', 'set', each, 'up']);
    }
  }

  async #defaultRoute(name: string, ...gateways: string[]): Promise<void> {
    for (const gateway of gateways) {
      await this.commands.run('ip', ['-n', name, 'route', 'add', 'default', 'via', gateway]);
    }
  }
}

const serverProgram = `
import socket, sys, threading
port = int(sys.argv[1])
def plain(address): return address.removeprefix('::ffff:')
listener = socket.create_server(('::', port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1024)
server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
server.bind(('::', port))
def tcp():
    while True:
        one, peer = listener.accept()
        def talk(one=one, peer=peer):
            with one:
                one.sendall((plain(peer[0]) + ' ' + plain(one.getsockname()[0])).encode())
                one.settimeout(30)
                try:
                    while data := one.recv(65536): one.sendall(data)
                except OSError: pass
        threading.Thread(target=talk, daemon=True).start()
def udp():
    while True:
        data, control, flags, peer = server.recvmsg(65536, 1024)
        at = socket.inet_ntop(socket.AF_INET6, control[0][2][:16])
        server.sendmsg([(plain(peer[0]) + ' ' + plain(at)).encode()], [(control[0][0], control[0][1], control[0][2][:16] + bytes(4))], 0, peer)
threading.Thread(target=tcp, daemon=True).start()
threading.Thread(target=udp, daemon=True).start()
print('serving')
sys.stdin.read()
`;

const askProgram = `
import socket, sys
protocol, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ':' in address else socket.AF_INET
kind = socket.SOCK_STREAM if protocol == 'TCP' else socket.SOCK_DGRAM
with socket.socket(family, kind) as one:
    one.settimeout(int(sys.argv[4]))
    try:
        one.connect((address, port))
        if protocol == 'UDP': one.send(b'?')
        print(one.recv(1000).decode())
    except ConnectionRefusedError: print('refused')
    except TimeoutError: print('timeout')
    except OSError as error: print('unreachable', error)
`;
