import { silentLogger } from '@armillary/kube';
import { Registry } from 'prom-client';
import { portText } from '../../address/port-range.ts';
import type { HeldPort, HoldResult, PortHolder } from '../../claims/port-holder.ts';
import type { PortClaim } from '../../kinds/port-claim.ts';
import type { NodePlan } from '../../plan/node-plan.ts';
import { planOf } from '../../plan/plan-of-claims.ts';
import type { Difference, RuleSet } from '../../plan/rule-set.ts';
import { AgentMetrics } from '../agent-metrics.ts';
import type { ClaimVerdict } from '../claim-verdict.ts';
import { NodeReconciler } from '../node-reconciler.ts';
import type { NodeSurvey } from '../node-survey.ts';
import { NODE } from './claim.ts';

/** A node in memory, and a diary of what was done to it, in order. */
export class FakeNode {
  /** Such as `hold TCP/80`, `verify`, `write TCP/80`, `forget`, `release TCP/80`, `report`. */
  readonly diary: string[] = [];
  claims: PortClaim[] = [];
  /** Ports that somebody else has, and who. */
  readonly taken = new Map<string, string>();
  /** Ports that this process cannot hold, for a reason of its own. */
  readonly unholdable = new Set<string>();
  readonly held = new Set<string>();
  survey: NodeSurvey = {
    proxy: 'iptables',
    addresses: ['192.0.2.1', '2001:db8::1'],
    forwarding: { IPv4: true, IPv6: true },
    redirectOf: ({ protocol, port }) => this.redirects.get(`${protocol}/${port}`),
  };
  readonly redirects = new Map<string, string>();
  /** What is in the kernel, as JSON. */
  installed: string | undefined;
  /** Thrown by the next writes. */
  failure: Error | undefined;
  /** Called before each write, which comes to nothing when the run is broken off then. */
  onWrite: () => void = () => {};
  /** Thrown by the next looks at the node. */
  blindness: Error | undefined;
  verdicts: ReadonlyMap<string, ClaimVerdict> = new Map();
  readonly repairs: (readonly Difference[])[] = [];
  readonly forgotten: { before: NodePlan | undefined; after: NodePlan }[] = [];
  readonly metrics = new AgentMetrics(new Registry(), async () => undefined);

  /** A new agent on this node; of one before it, the rules are left. */
  reconciler(): NodeReconciler {
    this.held.clear();
    return new NodeReconciler({
      claims: () => this.claims,
      plan: (claims, { addresses }) => planOf(claims, [], { nodeName: NODE, addressesOnNode: addresses }),
      surveyor: {
        survey: async () => {
          if (this.blindness) throw this.blindness;
          return this.survey;
        },
      },
      holder: this.#holder,
      rules: this.#rules,
      forget: async (before, after) => {
        this.diary.push('forget');
        this.forgotten.push({ before, after });
      },
      report: (verdicts) => {
        this.diary.push('report');
        this.verdicts = verdicts;
      },
      repaired: (differences) => this.repairs.push(differences),
      policy: { acceptUnprovenProxy: false },
      metrics: this.metrics,
      logger: silentLogger,
    });
  }

  /** `reason` of the only claim, or of the one with this uid and generation. */
  reason(version = 'claim-80/1'): string | undefined {
    return this.verdicts.get(version)?.reason;
  }

  readonly #holder: PortHolder = {
    hold: async (port: HeldPort): Promise<HoldResult> => {
      const text = portText(port);
      this.diary.push(`hold ${text}`);
      if (this.unholdable.has(text)) throw new Error('too many open files');
      const owner = this.taken.get(text);
      if (owner !== undefined) {
        this.held.delete(text);
        return { held: false, reason: 'PortInUse', owner };
      }
      this.held.add(text);
      return { held: true };
    },
    release: async (port) => {
      this.diary.push(`release ${portText(port)}`);
      this.held.delete(portText(port));
    },
    close: async () => this.held.clear(),
  };

  /** As the contract of `RuleSet` says: nothing is written when nothing differs from what was last written or read. */
  readonly #rules: RuleSet = {
    apply: async (plan, signal) => {
      const text = JSON.stringify(plan);
      if (text === this.installed) return { changed: false };
      if (this.failure) throw this.failure;
      this.onWrite();
      signal.throwIfAborted();
      this.diary.push(`write ${plan.ports.map(portText).join(' ')}`.trim());
      this.installed = text;
      return { changed: true };
    },
    verify: async (plan) => {
      this.diary.push('verify');
      return this.installed === JSON.stringify(plan) ? [] : ['chain ARMILLARY-DNAT of table nat is missing'];
    },
    remove: async () => {
      this.installed = undefined;
    },
  };
}
