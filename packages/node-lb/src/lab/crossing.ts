import { families, type Family } from '../address/protocol.ts';
import type { Commands } from '../host/commands.ts';
import type { Link } from '../plan/link.ts';
import type { LabProtocol } from './matrix-cell.ts';

const table = 'armillary-lab';

/**
 * Counts new connections that come through a node's bounce namespace, by a table of its own in there: the proof that
 * traffic took that way and no shorter one. Probes of an agent take it, too: have it probe nothing meanwhile.
 */
export class Crossing {
  readonly #commands: Commands;
  readonly #link: Link;

  constructor(link: Link, commands: Commands) {
    this.#commands = commands.inside(link.namespace);
    this.#link = link;
  }

  /** Starts from zero, for one port of each protocol. */
  async install(ports: Readonly<Record<LabProtocol, number>>): Promise<void> {
    const kinds = families.flatMap((family) =>
      (['TCP', 'UDP'] as const).map((protocol) => ({ family, protocol, name: counter(protocol, family) })),
    );
    const rules = kinds.map(
      ({ family, protocol, name }) =>
        `iifname "${this.#link.innerEnd}" meta nfproto ${family.toLowerCase()} ` +
        `${protocol.toLowerCase()} dport ${ports[protocol]} ct state new counter name ${name}`,
    );
    await this.#commands.run('nft', ['-f', '-'], {
      // After conntrack, which says what is new, and before any translation.
      input: `add table inet ${table}
delete table inet ${table}
table inet ${table} {
  ${kinds.map(({ name }) => `counter ${name} { }`).join('\n  ')}
  chain arriving {
    type filter hook prerouting priority -150
    ${rules.join('\n    ')}
  }
}
`,
    });
  }

  /** How many new connections came so far. */
  async count(protocol: LabProtocol, family: Family): Promise<number> {
    const name = counter(protocol, family);
    const { stdout } = await this.#commands.run('nft', ['-j', 'list', 'counter', 'inet', table, name]);
    const listing = JSON.parse(stdout) as { nftables?: { counter?: { packets?: unknown } }[] };
    const packets = listing.nftables?.find((entry) => entry.counter !== undefined)?.counter?.packets;
    if (typeof packets !== 'number')
      throw new TypeError(`nft listed the counter ${name} without its packets`);
    return packets;
  }

  /** Takes the table away. */
  async remove(): Promise<void> {
    await this.#commands.run('nft', ['-f', '-'], {
      input: `add table inet ${table}\ndelete table inet ${table}\n`,
    });
  }
}

function counter(protocol: LabProtocol, family: Family): string {
  return `${protocol}-${family}`.toLowerCase();
}
