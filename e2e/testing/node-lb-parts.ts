/**
 * What the tests of the node load balancer's controller work with, beside what its package exports.
 */
// oxlint-disable no-restricted-imports -- the package's index names these once all of its rooms are there
export {
  AGENT_LABEL,
  agentLeaseName,
  PROXY_ANNOTATION,
} from '../../packages/node-lb/src/kinds/agent-lease.ts';
export { nodeLoadBalancerKind } from '../../packages/node-lb/src/kinds/node-load-balancer.ts';
export type { NodeLoadBalancer } from '../../packages/node-lb/src/kinds/node-load-balancer.ts';
export { nodeLbKinds } from '../../packages/node-lb/src/kinds/node-lb-kinds.ts';
export { portClaimKind } from '../../packages/node-lb/src/kinds/port-claim.ts';
export type { PortClaim } from '../../packages/node-lb/src/kinds/port-claim.ts';
export { nodeLoadBalancerControllers } from '../../packages/node-lb/src/controller/node-load-balancer-controllers.ts';
export type { NodeLoadBalancerControllerOptions } from '../../packages/node-lb/src/controller/node-load-balancer-controllers.ts';
export { releaseEverything } from '../../packages/node-lb/src/controller/release-everything.ts';
