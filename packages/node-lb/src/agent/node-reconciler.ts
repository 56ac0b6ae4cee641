import type { Logger } from '@armillary/kube';
import { portText } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import type { HoldResult, PortHolder } from '../claims/port-holder.ts';
import type { PortClaim } from '../kinds/port-claim.ts';
import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';
import type { Difference, RuleSet } from '../plan/rule-set.ts';
import type { AgentMetrics } from './agent-metrics.ts';
import {
  claimVersion,
  heldVerdict,
  inUse,
  notHere,
  refusalOf,
  refused,
  servedAddresses,
  type ClaimVerdict,
  type ServingPolicy,
} from './claim-verdict.ts';
import type { NodeSurvey, Surveyor } from './node-survey.ts';

/** What a reconciler works with. */
export interface NodeReconcilerParts {
  /** The claims of this node, as they are now. */
  claims(): readonly PortClaim[];
  /** The plan for these claims on a node like this, with the endpoints as they are now. */
  plan(claims: readonly PortClaim[], survey: NodeSurvey): NodePlan;
  surveyor: Surveyor;
  holder: PortHolder;
  rules: RuleSet;
  /**
   * Forgets connections that the rules of `before` made and those of `after` would not. `before` is undefined when nobody
   * knows what was installed, and after a time without rules.
   */
  forget(before: NodePlan | undefined, after: NodePlan, signal: AbortSignal): Promise<void>;
  /** Told after each run what there is to say of every claim, by {@link claimVersion}. */
  report(verdicts: ReadonlyMap<string, ClaimVerdict>): void;
  /** Told when somebody had removed or changed rules, and they were put back. */
  repaired(differences: readonly Difference[]): void;
  policy: ServingPolicy;
  metrics: AgentMetrics;
  logger: Logger;
}

/** What came of holding a port for its claim; `failed` when that could not even be tried. */
type Hold = { readonly port: ExposedPort; readonly result: HoldResult | { held: false; failed: Error } };

/**
 * Brings the node to what its claims ask for, in the order that takes nobody's port: sockets first, for all claims; then
 * rules; then the connections that went by other rules; then the word about it. A port is let go only when its rules are
 * gone. One run at a time.
 */
export class NodeReconciler {
  readonly #parts: NodeReconcilerParts;
  /** The last plan that was installed whole. */
  #before: NodePlan | undefined;
  /** Its ports; undefined before the first, and while it is damaged. */
  #installed: ReadonlyMap<string, ExposedPort> | undefined;
  #survey: NodeSurvey | undefined;
  /** The good word about ports on a node like this: most of thousands are told the same in every run. */
  #programmed = new WeakMap<ExposedPort, ClaimVerdict>();
  /** An attempt failed, and nobody knows how far it got. */
  #halfDone = false;
  /** What others did to the rules, until it is made good and told of. */
  #damage: readonly Difference[] = [];
  readonly #held = new Map<string, PortKey>();

  constructor(parts: NodeReconcilerParts) {
    this.#parts = parts;
  }

  /** What is installed, as far as known: undefined before the first run, and while something is missing. */
  get plan(): NodePlan | undefined {
    return this.#installed && this.#before;
  }

  /** Whether rules lead the port somewhere, so that what reaches its socket went around them. */
  serves(port: PortKey): boolean {
    const installed = this.#installed?.get(portText(port));
    return installed !== undefined && servedAddresses(installed).length > 0;
  }

  /**
   * One run. With `check`, what is installed is read and mended first; the first run always reads. Resolves with why it has
   * to be tried again, if so; rejects only with the signal's reason.
   */
  async run({ check }: { check: boolean }, signal: AbortSignal): Promise<Error | undefined> {
    const { metrics, logger } = this.#parts;
    const end = metrics.startSync();
    try {
      return await this.#run(check, signal);
    } catch (error) {
      signal.throwIfAborted();
      logger.error({ err: error }, 'the node could not be brought to its plan; it is tried again');
      return asError(error);
    } finally {
      end();
      metrics.counted({ installed: this.#installed?.size ?? 0, held: this.#held.size });
    }
  }

  async #run(check: boolean, signal: AbortSignal): Promise<Error | undefined> {
    const { policy, metrics } = this.#parts;
    if (check) await this.#mend(signal);
    const { survey, failure: blind } = await this.#look(check, signal);
    const verdicts = new Map<string, ClaimVerdict>();
    const servable: PortClaim[] = [];
    for (const claim of this.#parts.claims()) {
      const refusal = refusalOf(claim, survey, policy);
      if (refusal) verdicts.set(claimVersion(claim), refusal);
      else servable.push(claim);
    }
    const wanted = this.#parts.plan(servable, survey);
    const holds = await this.#hold(wanted, signal);
    const plan = { ports: wanted.ports.filter(({ claim }) => holds.get(claim)?.result.held) };
    metrics.wanted(plan.ports.length);
    const failure = await this.#install(plan, signal);
    for (const claim of servable)
      verdicts.set(claimVersion(claim), this.#verdict(claim, holds, failure, survey));
    this.#parts.report(verdicts);
    return failure ?? failureOf(holds) ?? blind;
  }

  /**
   * Looks at the node, which takes some twenty programs: at every check, since what changes on a node leads to one. When
   * that fails, what was seen last has to do: rules are put back all the same.
   */
  async #look(check: boolean, signal: AbortSignal): Promise<{ survey: NodeSurvey; failure?: Error }> {
    const { surveyor, logger } = this.#parts;
    if (!check && this.#survey) return { survey: this.#survey };
    try {
      this.#survey = await surveyor.survey(signal);
      this.#programmed = new WeakMap();
      return { survey: this.#survey };
    } catch (error) {
      signal.throwIfAborted();
      if (!this.#survey) throw error;
      logger.error({ err: error }, 'the node could not be looked at; what was seen last is taken');
      return { survey: this.#survey, failure: asError(error) };
    }
  }

  /** Tries to hold every port of the plan; what came of it, by the claim's name. */
  async #hold(plan: NodePlan, signal: AbortSignal): Promise<Map<string, Hold>> {
    const holds = new Map<string, Hold>();
    for (const port of plan.ports) {
      signal.throwIfAborted();
      const { protocol, addresses } = port;
      const everywhere = [...addresses.IPv4, ...addresses.IPv6];
      try {
        const result = await this.#parts.holder.hold({ protocol, port: port.port, addresses: everywhere });
        if (result.held) this.#held.set(portText(port), port);
        holds.set(port.claim, { port, result });
      } catch (error) {
        signal.throwIfAborted();
        holds.set(port.claim, { port, result: { held: false, failed: asError(error) } });
      }
    }
    return holds;
  }

  /**
   * Reads what is installed and puts back at once what others took away: its ports are held, so nobody else has them.
   * What else there is to do can wait.
   */
  async #mend(signal: AbortSignal): Promise<void> {
    const { rules, logger } = this.#parts;
    if (!this.#before || this.#halfDone) return;
    try {
      const damage = await rules.verify(this.#before, signal);
      if (damage.length === 0) return;
      this.#damage = damage;
      await rules.apply(this.#before, signal);
    } catch (error) {
      if (this.#damage.length > 0) this.#installed = undefined;
      this.#halfDone = true;
      signal.throwIfAborted();
      logger.error({ err: error }, 'what is installed could not be checked and mended; it is tried again');
    }
  }

  /** Installs the plan and lets go what is not in it. Resolves with why it could not. */
  async #install(plan: NodePlan, signal: AbortSignal): Promise<Error | undefined> {
    const { rules, logger } = this.#parts;
    try {
      const isKnown = this.#before !== undefined && !this.#halfDone;
      const differences = isKnown ? [] : await rules.verify(plan, signal);
      await rules.apply(plan, signal);
      const isSound = this.#damage.length === 0 && differences.length === 0;
      // Found as it should be, what is there at the first run is what an agent before this one installed.
      await this.#parts.forget(isSound ? (this.#before ?? plan) : undefined, plan, signal);
    } catch (error) {
      this.#halfDone = true;
      signal.throwIfAborted();
      logger.error({ err: error }, 'the rules could not be installed; it is tried again');
      return asError(error);
    }
    this.#before = plan;
    this.#installed = new Map(plan.ports.map((port) => [portText(port), port]));
    this.#halfDone = false;
    if (this.#damage.length > 0) this.#parts.repaired(this.#damage);
    this.#damage = [];
    await this.#letGo();
    return undefined;
  }

  /** Lets the sockets go of ports whose rules are gone. */
  async #letGo(): Promise<void> {
    for (const [key, port] of this.#held) {
      if (this.#installed?.has(key)) continue;
      await this.#parts.holder.release(port);
      this.#held.delete(key);
    }
  }

  #verdict(
    claim: PortClaim,
    holds: ReadonlyMap<string, Hold>,
    failure: Error | undefined,
    survey: NodeSurvey,
  ): ClaimVerdict {
    const hold = holds.get(claim.metadata.name ?? '');
    if (!hold) return notHere(claim);
    const { port, result } = hold;
    if (!result.held) {
      if ('failed' in result)
        return refused('RulesFailed', `the port could not be held: ${result.failed.message}`);
      return result.reason === 'PortInUse' ? inUse(claim, result.owner) : notHere(claim);
    }
    const isInstalled = this.#isInstalled(port);
    const known = isInstalled && this.#programmed.get(port);
    if (known) return known;
    const verdict = heldVerdict(port, isInstalled, failure, survey);
    if (verdict.programmed) this.#programmed.set(port, verdict);
    return verdict;
  }

  #isInstalled(port: ExposedPort): boolean {
    const installed = this.#installed?.get(portText(port));
    return installed === port || JSON.stringify(installed) === JSON.stringify(port);
  }
}

function failureOf(holds: ReadonlyMap<string, Hold>): Error | undefined {
  for (const { result } of holds.values()) if ('failed' in result) return result.failed;
  return undefined;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
