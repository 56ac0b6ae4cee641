/**
 * What the tests of the node load balancer's controller work with: what its package exports, and what controller and
 * agents say to each other, which tests that stand in for agents must know.
 */
export { nodeLbKinds, nodeLoadBalancerControllers, releaseEverything } from '@armillary/node-lb';
export type { NodeLoadBalancerControllerOptions } from '@armillary/node-lb';
// oxlint-disable no-restricted-imports -- between controller and agent only
export {
  AGENT_LABEL,
  agentLeaseName,
  PROXY_ANNOTATION,
} from '../../packages/node-lb/src/kinds/agent-lease.ts';
export { nodeLoadBalancerKind } from '../../packages/node-lb/src/kinds/node-load-balancer.ts';
export type { NodeLoadBalancer } from '../../packages/node-lb/src/kinds/node-load-balancer.ts';
export { portClaimKind } from '../../packages/node-lb/src/kinds/port-claim.ts';
export type { PortClaim } from '../../packages/node-lb/src/kinds/port-claim.ts';
