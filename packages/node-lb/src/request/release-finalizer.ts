import { NODE_PREFIX } from '../kinds/network-group.ts';

/**
 * The finalizer of Services that have, or had, ports of nodes: they are given back before the Service goes. Where it is
 * absent, addresses in the status are somebody else's.
 */
export const RELEASE_FINALIZER = `${NODE_PREFIX}release`;
