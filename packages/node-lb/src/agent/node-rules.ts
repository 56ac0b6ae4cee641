import { BounceNamespace } from '../host/bounce-namespace.ts';
import type { StreamingCommands } from '../host/commands.ts';
import { Conntrack } from '../host/conntrack.ts';
import { programVersions } from '../host/program-versions.ts';
import { hostRules } from '../rules/host-rules.ts';
import { innerRules } from '../rules/inner-rules.ts';
import type { NodePlan } from '../plan/node-plan.ts';
import type { Difference, HostBackendName, RuleSet } from '../plan/rule-set.ts';
import type { NodeOptions } from './agent-options.ts';
import { dataPlane } from './data-plane.ts';

/** Where the node's own rules belong. */
export interface Backends {
  /** kube-proxy's own. */
  readonly backend: HostBackendName;
  /** Those whose FORWARD chain may stop our traffic. */
  readonly forward: readonly HostBackendName[];
}

/** The data plane of this node, whose rules move with the backend that the node's kube-proxy uses. */
export class NodeRules implements RuleSet {
  readonly #options: NodeOptions;
  readonly #commands: StreamingCommands;
  readonly #conntrack: Conntrack;
  #backends: Backends | undefined;
  #plane: RuleSet;

  constructor(options: NodeOptions, commands: StreamingCommands) {
    this.#options = options;
    this.#conntrack = new Conntrack(options.link, commands);
    this.#commands = commands;
    this.#plane = this.#planeFor({ backend: options.backend ?? 'nftables', forward: [] });
  }

  /** Whether any rule is in iptables-legacy now, which tells nobody of its changes. */
  get hasLegacy(): boolean {
    const { backend, forward = [] } = this.#backends ?? {};
    return backend === 'iptables-legacy' || forward.includes('iptables-legacy');
  }

  /**
   * From now on rules are written there. Throws `NodeLbError` `ProgramMissing` when a program that this takes is not
   * there; then nothing changes.
   */
  async use(backends: Backends, signal: AbortSignal): Promise<void> {
    if (isSame(this.#backends, backends)) return;
    await programVersions(backends.backend, this.#commands, signal);
    this.#plane = this.#planeFor(backends);
    this.#backends = backends;
  }

  apply(plan: NodePlan, signal: AbortSignal): Promise<{ changed: boolean }> {
    return this.#plane.apply(plan, signal);
  }

  verify(plan: NodePlan, signal: AbortSignal): Promise<Difference[]> {
    return this.#plane.verify(plan, signal);
  }

  remove(signal: AbortSignal): Promise<void> {
    return this.#plane.remove(signal);
  }

  /** See `Conntrack`; undefined for `before` also after a time without rules. */
  forget(before: NodePlan | undefined, after: NodePlan, signal: AbortSignal): Promise<void> {
    return this.#conntrack.forget(before, after, signal);
  }

  #planeFor({ backend, forward }: Backends): RuleSet {
    const { link, prefix } = this.#options;
    const commands = this.#commands;
    return dataPlane({
      place: new BounceNamespace(link, commands),
      inner: innerRules({ commands: commands.inside(link.namespace), link, prefix }),
      host: hostRules({ backend, commands, link, prefix, forwardBackends: forward }),
      forgetAll: (signal) => this.forget(undefined, { ports: [] }, signal),
    });
  }
}

function isSame(one: Backends | undefined, other: Backends): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
