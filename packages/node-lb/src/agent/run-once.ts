import { patchStatus, systemClock } from '@armillary/kube';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import { AgentMetrics } from './agent-metrics.ts';
import type { NodeAgentOptions } from './agent-options.ts';
import { claimStatus } from './claim-status.ts';
import { claimVersion, type ClaimVerdict } from './claim-verdict.ts';
import { conntrackFill } from './conntrack-fill.ts';
import { listClaims } from './listed-claims.ts';
import { withNodeLock } from './node-lock.ts';
import { NodeReconciler } from './node-reconciler.ts';
import { thisNode } from './this-node.ts';

/** What became of a single run. */
export interface OnceVerdict {
  /** Every claim of the node is served. */
  readonly ok: boolean;
  /** Why the run as a whole failed. */
  readonly failure?: Error;
  /** By the claim's name. */
  readonly claims: ReadonlyMap<string, ClaimVerdict>;
}

/** Settings of {@link runOnce}. */
export type RunOnceOptions = Omit<
  NodeAgentOptions,
  'mode' | 'probeIntervalMs' | 'verifyIntervalMs' | 'leaseNamespace'
>;

/**
 * Brings this node to its claims once, and says so on them. Ports are held while that goes on and no longer: to keep
 * others from them takes an agent that stays. Rejects with a `KubeError` when claims cannot be read or written, and with
 * `NodeLbError` `NotPermitted` while an agent runs on the node.
 */
export async function runOnce(options: RunOnceOptions): Promise<OnceVerdict> {
  const { client, nodeName, logger, clock = systemClock, acceptUnprovenProxy = false, signal } = options;
  const claims = await listClaims(client, nodeName, signal);
  const news = { isServed: () => false, leaked: () => {}, changed: () => {} };
  const node = thisNode({ node: options, mode: 'apply', news, clock, logger });
  let verdicts: ReadonlyMap<string, ClaimVerdict> = new Map();
  const reconciler = new NodeReconciler({
    claims: () => claims.list(),
    plan: claims.plan.bind(claims),
    surveyor: node.surveyor,
    holder: node.holder,
    rules: node.rules,
    forget: node.forget.bind(node),
    report: (now) => (verdicts = now),
    repaired: () => {},
    policy: { acceptUnprovenProxy },
    metrics: new AgentMetrics(options.metrics, () => conntrackFill()),
    logger,
  });
  const failure = await withNodeLock(options.prefix, async () => {
    try {
      return await reconciler.run({ check: true }, signal);
    } finally {
      // Whoever gets the node next must not find its ports in use.
      await node.close();
    }
  });
  const said = new Map<string, ClaimVerdict>();
  for (const claim of claims.list()) {
    const verdict = verdicts.get(claimVersion(claim));
    if (!verdict) continue;
    said.set(claim.metadata.name ?? '', verdict);
    const status = claimStatus(claim, verdict, undefined, clock.now());
    await patchStatus(client.resource<PortClaim>(portClaimKind), claim, status, { signal });
  }
  const ok = failure === undefined && [...said.values()].every(({ programmed }) => programmed);
  return { ok, claims: said, ...(failure ? { failure } : {}) };
}
