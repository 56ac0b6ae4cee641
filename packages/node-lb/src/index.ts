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
