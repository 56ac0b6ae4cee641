import { silentLogger, systemClock } from '@armillary/kube';
import { execFileSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { defaultLink } from '../plan/link.ts';
import { BounceNamespace } from './bounce-namespace.ts';
import { NetworkNamespace, canMakeNamespaces, uniqueName } from './testing/network-namespace.ts';
import { watchHost } from './watch-host.ts';

const never = new AbortController().signal;
const patience = 60_000;

/** A watched node, with a bounce namespace when there was time to make one. */
class WatchedNode implements AsyncDisposable {
  readonly network = new NetworkNamespace();
  readonly link = { ...defaultLink, namespace: `${uniqueName()}-b` };
  readonly bounce = new BounceNamespace(this.link, this.network.commands);
  changes = 0;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;

  constructor({ isLegacy = false } = {}) {
    const { commands } = this.network;
    const onChange = (): void => void this.changes++;
    const options = {
      commands,
      link: this.link,
      prefix: 'armillary',
      clock: systemClock,
      logger: silentLogger,
    };
    this.#watching = watchHost({ ...options, isLegacy: () => isLegacy, onChange }, this.#stop.signal);
  }

  inside(program: string, ...args: string[]): void {
    execFileSync('nsenter', [`--net=/run/netns/${this.link.namespace}`, '--', program, ...args]);
  }

  /** Disturbs the node until that is noticed: nobody says when the programs have begun to listen. */
  async notices(disturb: () => void): Promise<void> {
    const before = this.changes;
    await vi.waitFor(
      () => {
        disturb();
        expect(this.changes).toBeGreaterThan(before);
      },
      { timeout: patience, interval: 100 },
    );
  }

  /** The processes that listen on the node itself, by their ids. */
  programs(): number[] {
    const pids = execFileSync('ip', ['netns', 'pids', this.network.name], { encoding: 'utf8' });
    return pids.match(/\d+/g)?.map(Number) ?? [];
  }

  /** Ends the watch. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.bounce.remove(never);
    this.network[Symbol.dispose]();
  }
}

describe.skipIf(!canMakeNamespaces('watching a node'))('a watched node', { timeout: 5 * patience }, () => {
  test('tells when our chain of iptables-nft is flushed, and when all is', async () => {
    await using node = new WatchedNode();
    const { network } = node;
    const fill = (): void => {
      const rules = '*nat\n:ARMILLARY-DNAT - [0:0]\n-A ARMILLARY-DNAT -s 10.0.0.1 -j ACCEPT\nCOMMIT\n';
      execFileSync(
        'nsenter',
        [`--net=/run/netns/${network.name}`, '--', 'iptables-nft-restore', '--noflush'],
        {
          input: rules,
        },
      );
    };
    await node.notices(() => {
      fill();
      network.run('iptables-nft', '-t', 'nat', '-F', 'ARMILLARY-DNAT');
    });
    await node.notices(() => {
      fill();
      network.run('nft', 'flush', 'ruleset');
    });
  });

  test('tells of our nft table, also in the namespace, once that is there', async () => {
    await using node = new WatchedNode();
    const rounds = 'add table inet armillary; add chain inet armillary c; delete table inet armillary';
    await node.notices(() => node.network.run('nft', rounds));
    await node.bounce.ensure(never);
    await node.notices(() => node.inside('nft', rounds));
    await node.notices(() => {
      node.inside('ip', 'route', 'replace', 'default', 'via', node.link.hostAddress.IPv4);
      node.inside('ip', 'route', 'delete', 'default');
    });
    // A namespace that was made anew is watched again.
    await node.bounce.remove(never);
    await node.bounce.ensure(never);
    await node.notices(() => node.inside('nft', rounds));
  });

  test('tells when the name of the namespace is taken away, though who watches keeps it alive', async () => {
    await using node = new WatchedNode();
    await node.notices(() => {
      execFileSync('ip', ['netns', 'add', node.link.namespace]);
      execFileSync('ip', ['netns', 'delete', node.link.namespace]);
    });
  });

  test('tells of addresses, of forwarding, and of the link', async () => {
    await using node = new WatchedNode();
    const { network } = node;
    network.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'away');
    await node.notices(() => {
      network.run('ip', 'address', 'add', '192.0.2.4/24', 'dev', 'eth0');
      network.run('ip', 'address', 'delete', '192.0.2.4/24', 'dev', 'eth0');
    });
    await node.notices(() => {
      network.run('sysctl', '-qw', 'net.ipv4.ip_forward=0');
      network.run('sysctl', '-qw', 'net.ipv4.ip_forward=1');
    });
    await node.notices(() => {
      network.run('ip', 'link', 'add', node.link.hostEnd, 'type', 'veth', 'peer', 'name', 'other');
      network.run('ip', 'link', 'delete', node.link.hostEnd);
    });
  });

  test('looks for itself at iptables-legacy, which tells of nothing', async () => {
    await using node = new WatchedNode({ isLegacy: true });
    const { network } = node;
    const legacy = (...args: string[]): string =>
      network.run('iptables-legacy', '-w', '30', '-t', 'nat', ...args);
    legacy('-N', 'ARMILLARY-DNAT');
    let isThere = false;
    await node.notices(() => {
      legacy(isThere ? '-D' : '-A', 'PREROUTING', '-j', 'ARMILLARY-DNAT');
      isThere = !isThere;
    });
  });

  test('goes on when a program that listens is killed', async () => {
    await using node = new WatchedNode();
    await vi.waitFor(() => expect(node.programs()).toHaveLength(2), patience);
    const killed = node.programs();
    const before = node.changes;
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    // What happened in between was not seen.
    await vi.waitFor(() => expect(node.changes).toBeGreaterThan(before), patience);
    await vi.waitFor(() => {
      const now = node.programs();
      expect(now).toHaveLength(2);
      expect(now.filter((pid) => killed.includes(pid))).toEqual([]);
    }, patience);
  });

  test('leaves no program behind', async () => {
    await using node = new WatchedNode();
    await vi.waitFor(() => expect(node.programs()).toHaveLength(2), patience);
    await node.stop();
    await vi.waitFor(() => expect(node.programs()).toEqual([]), patience);
  });
});
