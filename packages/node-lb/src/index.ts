/**
 * LoadBalancer Services on a node's own IP.
 *
 * Purpose: a port of a node is claimed for a Service where it is free (the controller), and NAT rules bring what arrives
 * there to the Service (the agent, on each node). Not here: addresses that move between nodes, ARP, BGP.
 *
 * @packageDocumentation
 */
export { NodeLbError } from './errors.ts';
export type { NodeLbErrorCode } from './errors.ts';
export { nodeLbKinds } from './kinds/node-lb-kinds.ts';
export { endpointSliceType } from './api/endpoint-slice-type.ts';
export { defaultLink } from './plan/link.ts';
export type { Link } from './plan/link.ts';
export { linkOfNetworks } from './plan/link-of-networks.ts';
export type { LinkNetworks } from './plan/link-of-networks.ts';
export type { HostBackendName } from './plan/rule-set.ts';

export { nodeLoadBalancerControllers } from './controller/node-load-balancer-controllers.ts';
export type { NodeLoadBalancerControllerOptions } from './controller/node-load-balancer-controllers.ts';
export { releaseEverything } from './controller/release-everything.ts';
export type { Released } from './controller/release-everything.ts';
export { serverVersionOf } from './controller/server-version.ts';

export { startNodeAgent } from './agent/node-agent.ts';
export type { NodeAgent } from './agent/node-agent.ts';
export type { NodeAgentOptions, NodeOptions } from './agent/agent-options.ts';
export { planText, showPlan } from './agent/shown-plan.ts';
export type { ShownPlan, ShowPlanOptions } from './agent/shown-plan.ts';
export { runOnce } from './agent/run-once.ts';
export type { OnceVerdict, RunOnceOptions } from './agent/run-once.ts';
export { uninstall } from './agent/uninstall.ts';
export type { UninstallOptions } from './agent/uninstall.ts';

export { startLab } from './lab/lab.ts';
export type { Lab, LabTarget } from './lab/lab.ts';
export type { AgentNode, KubeProxyChoice, LabOptions } from './lab/lab-options.ts';
export { runMatrix } from './lab/matrix.ts';
export type { Matrix, MatrixOptions } from './lab/matrix.ts';
export type { MatrixCell } from './lab/matrix-cell.ts';
export { matrixTable } from './lab/matrix-table.ts';
