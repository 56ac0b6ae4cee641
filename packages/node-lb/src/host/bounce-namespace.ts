import { NodeLbError } from '../errors.ts';
import type { Link } from '../plan/link.ts';
import type { Difference } from '../plan/rule-set.ts';
import type { Commands } from './commands.ts';
import { deleteIfThere } from './delete-if-there.ts';
import { ipFacts, ipWaysOut, type IpInterface } from './ip-facts.ts';
import { endOf, isPair, macOf, sideNeeds, sysctlsOf } from './link-needs.ts';
import type { Need, Side, SideState } from './link-needs.ts';
import { refuseOverlap } from './link-overlap.ts';
import { isForeign } from './namespace-owner.ts';
import { readSysctls, writeSysctls } from './sysctl.ts';
import { uplinkMtu } from './uplink-mtu.ts';

interface Seen {
  readonly host: SideState;
  /** Undefined when there is no such namespace. */
  readonly inner: SideState | undefined;
  /** What the link's shall be. */
  readonly mtu: number;
}

/**
 * The bounce namespace of a node and the veth pair it hangs on. Traffic of the policy Cluster goes through it: what
 * comes back to the node from there is a connection of its own, which kube-proxy handles as that of a pod. It is a named
 * namespace, so it outlives the agent. All methods throw `NodeLbError`.
 */
export class BounceNamespace {
  readonly #link: Link;
  readonly #sides: Readonly<Record<Side, Commands>>;

  /** `commands` run in the node's network. */
  constructor(link: Link, commands: Commands) {
    this.#link = link;
    this.#sides = { host: commands, inner: commands.inside(link.namespace) };
  }

  /** Says what is not as it shall be, and changes nothing. */
  async check(signal: AbortSignal): Promise<Difference[]> {
    return this.#differences(await this.#see(signal));
  }

  /**
   * Mends what {@link check} finds, and nothing else; a namespace or a pair that is missing is made anew, without its
   * rules. Resolves to what was mended.
   *
   * @throws {NodeLbError} `LinkAddressTaken` when the link's addresses lie over something of the node; `Unsupported` when
   *   the name of the link or of the namespace is that of something of somebody else.
   */
  async ensure(signal: AbortSignal): Promise<Difference[]> {
    let seen = await this.#see(signal);
    const found = this.#differences(seen);
    if (found.length === 0) return [];
    this.#refuseForeign(seen);
    if (!isWhole(this.#link, seen)) {
      await this.#build(seen, signal);
      seen = await this.#see(signal);
    }
    await this.#mend(this.#needs(seen), signal);
    const left = await this.check(signal);
    if (left.length > 0) {
      throw new NodeLbError(
        'ProgramFailed',
        `the bounce namespace is still not in order: ${left.join('; ')}`,
      );
    }
    return found;
  }

  /**
   * Removes the link and the namespace; nothing happens when they are gone.
   *
   * @throws {NodeLbError} `Unsupported` after all of ours was removed, when something of somebody else has the name of the
   *   link or of the namespace: that is left as it is.
   */
  async remove(signal: AbortSignal): Promise<void> {
    const { namespace, hostEnd } = this.#link;
    const seen = await this.#see(signal);
    // The kernel takes a namespace down some time after it was told to; the link shall be gone at once.
    if (this.#ownEnd(seen.host)) await deleteLink(this.#sides.host, hostEnd, signal);
    if (!seen.inner || !isForeign(seen.inner)) await deleteNamespace(this.#sides.host, namespace, signal);
    this.#refuseForeign(seen);
  }

  async #see(signal: AbortSignal): Promise<Seen> {
    const [host, inner, { routes, interfaces }] = await Promise.all([
      this.#seeHost(signal),
      this.#seeInner(signal),
      ipWaysOut(this.#sides.host, signal),
    ]);
    return { host, inner, mtu: uplinkMtu(routes, interfaces) };
  }

  async #seeHost(signal: AbortSignal): Promise<SideState> {
    const facts = await ipFacts(this.#sides.host, signal, this.#link.hostEnd);
    const sysctls = await this.#sysctls('host', signal);
    return { ...(facts ?? { interfaces: [], routes: [], neighbours: [] }), sysctls };
  }

  async #seeInner(signal: AbortSignal): Promise<SideState | undefined> {
    try {
      const facts = await ipFacts(this.#sides.inner, signal);
      return facts && { ...facts, sysctls: await this.#sysctls('inner', signal) };
    } catch (error) {
      if (isMissingNamespace(error)) return undefined;
      throw error;
    }
  }

  #sysctls(side: Side, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return readSysctls(this.#sides[side], Object.keys(sysctlsOf(this.#link, side)), signal);
  }

  #differences(seen: Seen): Difference[] {
    const { namespace, hostEnd, innerEnd } = this.#link;
    if (!seen.inner) return [`the network namespace ${namespace} is missing`];
    if (isForeign(seen.inner)) return [`the network namespace ${namespace} is not ours`];
    if (!isWhole(this.#link, seen))
      return [`the link ${hostEnd} to ${innerEnd} in namespace ${namespace} is missing`];
    return this.#needs(seen).map(({ difference }) => difference);
  }

  #needs({ host, inner, mtu }: Seen): Need[] {
    const inside = inner ? sideNeeds(this.#link, 'inner', inner, mtu) : [];
    return [...sideNeeds(this.#link, 'host', host, mtu), ...inside];
  }

  async #build(seen: Seen, signal: AbortSignal): Promise<void> {
    const { namespace, hostEnd, innerEnd } = this.#link;
    const { host, inner } = this.#sides;
    const whole = await ipFacts(host, signal);
    if (whole) refuseOverlap(this.#link, whole);
    // What is left of an earlier link goes: an end that lost its other one is of no use.
    if (this.#ownEnd(seen.host)) await deleteLink(host, hostEnd, signal);
    if (!seen.inner) {
      // A file without a namespace may be left in its place.
      await deleteNamespace(host, namespace, signal);
      await host.run('ip', ['netns', 'add', namespace], { signal });
    } else if (await ipFacts(inner, signal, innerEnd)) {
      await deleteLink(inner, innerEnd, signal);
    }
    const end = (name: string, side: Side): string =>
      `name ${name} mtu ${seen.mtu} address ${macOf(this.#link, side)}`;
    const input = `link add ${end(hostEnd, 'host')} type veth peer ${end(innerEnd, 'inner')} netns ${namespace}\n`;
    await host.run('ip', ['-batch', '-'], { input, signal });
  }

  async #mend(needs: readonly Need[], signal: AbortSignal): Promise<void> {
    for (const side of ['host', 'inner'] as const) {
      const mends = needs.filter((need) => need.side === side).map(({ mend }) => mend);
      const sysctls = mends.flatMap((mend) => ('sysctl' in mend ? [[mend.sysctl, mend.value] as const] : []));
      const lines = mends.flatMap((mend) => ('ip' in mend ? [`${mend.ip}\n`] : []));
      await writeSysctls(this.#sides[side], new Map(sysctls), signal);
      if (lines.length > 0) {
        await this.#sides[side].run('ip', ['-batch', '-'], { input: lines.join(''), signal });
      }
    }
  }

  #ownEnd(host: SideState): IpInterface | undefined {
    const end = endOf(this.#link, 'host', host);
    return end?.linkinfo?.info_kind === 'veth' ? end : undefined;
  }

  /** What has our names and was not made by us is not touched. */
  #refuseForeign({ host, inner }: Seen): void {
    const { hostEnd, namespace } = this.#link;
    const foreign = [
      ...(endOf(this.#link, 'host', host) && !this.#ownEnd(host)
        ? [`an interface ${hostEnd} that is no veth`]
        : []),
      ...(inner && isForeign(inner) ? [`a network namespace ${namespace} in use without our mark`] : []),
    ];
    if (foreign.length === 0) return;
    throw new NodeLbError(
      'Unsupported',
      `the node has ${foreign.join(' and ')}: it is not ours and was left alone; remove it, or choose another name`,
    );
  }
}

function deleteLink(commands: Commands, name: string, signal: AbortSignal): Promise<void> {
  return deleteIfThere(commands, ['link', 'delete', name], signal);
}

function deleteNamespace(commands: Commands, name: string, signal: AbortSignal): Promise<void> {
  return deleteIfThere(commands, ['netns', 'delete', name], signal);
}

function isWhole(link: Link, { host, inner }: Seen): boolean {
  return inner !== undefined && isPair(link, host, inner);
}

/** nsenter's words where the namespace is gone, or something else lies in its place. */
function isMissingNamespace(error: unknown): boolean {
  return (
    error instanceof NodeLbError &&
    error.code === 'ProgramFailed' &&
    /nsenter: (cannot open|reassociate)/.test(error.message)
  );
}
