import {
  coordinationV1,
  isConflict,
  isNotFound,
  patchStatus,
  systemClock,
  type KubeClient,
} from '@armillary/kube';
import { claimsLeft } from '../api/claims-left.ts';
import { systemCommands } from '../host/system-commands.ts';
import { agentLeaseName } from '../kinds/agent-lease.ts';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import type { NodeOptions } from './agent-options.ts';
import { claimStatus } from './claim-status.ts';
import { refused } from './claim-verdict.ts';
import { claimSelectorOf } from './listed-claims.ts';
import { withNodeLock } from './node-lock.ts';
import { NodeRules } from './node-rules.ts';

/** How often claims are read anew because somebody changed one between. */
const mostTries = 10;

/** Settings of {@link uninstall}. */
export interface UninstallOptions extends Pick<NodeOptions, 'nodeName' | 'link' | 'prefix'> {
  /** Without it, only the node is cleaned. */
  client?: KubeClient;
  leaseNamespace: string;
  signal: AbortSignal;
}

/**
 * Removes everything of ours from this node: rules in all backends, the bounce namespace and its link; then the agent's
 * lease, and says on the node's claims that their ports were given back. End the node's agent first. Can be repeated.
 *
 * @throws {NodeLbError} when the node cannot be cleaned, `NotPermitted` also while an agent runs there; rejects with a
 *   `KubeError` when only the API server is left to be told.
 */
export async function uninstall(options: UninstallOptions): Promise<void> {
  const { client, nodeName, leaseNamespace: namespace, signal } = options;
  const rules = new NodeRules(options, systemCommands(systemClock));
  await withNodeLock(options.prefix, () => rules.remove(signal));
  if (!client) return;
  try {
    await client.resource(coordinationV1.leases).delete(agentLeaseName(nodeName), { namespace, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  await tellClaims(client, nodeName, signal);
}

/** Says so on the claims. A controller at work takes them elsewhere meanwhile: what it changed is read anew. */
async function tellClaims(client: KubeClient, nodeName: string, signal: AbortSignal): Promise<void> {
  const claims = client.resource<PortClaim>(portClaimKind);
  const verdict = refused('Withdrawn', 'the load balancer was removed from this node');
  for (let tries = 1; ; tries += 1) {
    let conflict: unknown;
    for await (const claim of claimsLeft(client, { labelSelector: claimSelectorOf(nodeName), signal })) {
      const status = claimStatus(claim, verdict, undefined, systemClock.now());
      try {
        await patchStatus(claims, claim, status, { signal });
      } catch (error) {
        if (isConflict(error)) conflict = error;
        else if (!isNotFound(error)) throw error;
      }
    }
    if (conflict === undefined) return;
    if (tries >= mostTries) throw conflict;
  }
}
