import { isNotFound, type KubeClient } from '@armillary/kube';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';

/**
 * The claims that there are, for who takes things back: none when somebody deleted their definition before. Rejects with
 * a `KubeError`.
 */
export async function* claimsLeft(
  client: KubeClient,
  select: { labelSelector?: string; signal: AbortSignal },
): AsyncGenerator<PortClaim> {
  try {
    yield* client.resource<PortClaim>(portClaimKind).listAll(select);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
