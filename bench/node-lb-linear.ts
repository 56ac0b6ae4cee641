// oxlint-disable no-restricted-imports -- what is measured here is within an agent, and nobody else's business
import type { Commands } from '../packages/node-lb/src/host/commands.ts';
import type { LabNode } from '../packages/node-lb/src/lab/layout.ts';
import type { ExposedPort } from '../packages/node-lb/src/plan/node-plan.ts';

/** The backends of iptables. */
export type IptablesBackend = 'iptables-nft' | 'iptables-legacy';

const chain = 'LINEAR';
const jump = `PREROUTING -m addrtype --dst-type LOCAL -j ${chain}`;

/** The peer: a rule of iptables for each port, one after the other, as simple load balancers have them. */
export class LinearRules {
  readonly #commands: Commands;
  readonly #backend: IptablesBackend;
  readonly #destination: (port: ExposedPort) => string;
  readonly #address: string;

  private constructor(
    commands: Commands,
    backend: IptablesBackend,
    address: string,
    destination: (port: ExposedPort) => string,
  ) {
    this.#commands = commands;
    this.#backend = backend;
    this.#address = address;
    this.#destination = destination;
  }

  /** Those of the node, which lead into its bounce namespace. */
  static ofNode(commands: Commands, backend: IptablesBackend, node: LabNode): LinearRules {
    return new LinearRules(commands, backend, node.addresses.IPv4, () => node.link.innerAddress.IPv4);
  }

  /** Those of the namespace, which lead to cluster IPs. */
  static ofNamespace(commands: Commands, backend: IptablesBackend, node: LabNode): LinearRules {
    const destination = ({ target, port }: ExposedPort): string =>
      target.kind === 'cluster' ? `${target.clusterIPs.IPv4}:${port}` : '';
    return new LinearRules(commands, backend, node.link.innerAddress.IPv4, destination);
  }

  install(ports: readonly ExposedPort[]): Promise<void> {
    const rules = ports.map((port) => this.#rule(port));
    return this.#restore([`:${chain} - [0:0]`, ...rules, `-I ${jump}`]);
  }

  add(port: ExposedPort): Promise<void> {
    return this.#restore([this.#rule(port)]);
  }

  /** Reads them as a comparison would. */
  async read(): Promise<void> {
    await this.#commands.run(`${this.#backend}-save`, ['-t', 'nat']);
  }

  remove(): Promise<void> {
    return this.#restore([`-D ${jump}`, `-F ${chain}`, `-X ${chain}`]);
  }

  #rule(port: ExposedPort): string {
    const match = `-d ${this.#address}/32 -p tcp -m tcp --dport ${port.port}`;
    return `-A ${chain} ${match} -j DNAT --to-destination ${this.#destination(port)}`;
  }

  async #restore(lines: readonly string[]): Promise<void> {
    const input = `*nat\n${lines.join('\n')}\nCOMMIT\n`;
    await this.#commands.run(`${this.#backend}-restore`, ['--noflush', '-w', '5'], { input });
  }
}
