import { nodeLoadBalancerKind } from './node-load-balancer.ts';
import { portClaimKind } from './port-claim.ts';

/** The kinds of this package, for installers. */
export const nodeLbKinds = [portClaimKind, nodeLoadBalancerKind] as const;
