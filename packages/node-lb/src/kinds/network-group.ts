/** The group of this package's kinds. */
export const NETWORK_GROUP = 'network.armillary.dev';

/** `spec.loadBalancerClass` of Services that this load balancer serves. */
export const LOAD_BALANCER_CLASS = 'armillary.dev/node';

/** The beginning of annotations and labels by which people speak to this load balancer. */
export const NODE_PREFIX = 'node.armillary.dev/';
