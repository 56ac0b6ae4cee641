import type { PortKey } from '../address/protocol.ts';
import { LONGEST_NAME, shortName } from './short-name.ts';

/** Longest value of a label, in letters. */
const longestLabel = 63;

/** The label by which an agent finds the claims of its node; its value is {@link nodeLabelValue}. */
export const NODE_LABEL = 'network.armillary.dev/node';

/**
 * The name of the claim on a port of a node, such as `worker-1.tcp.80`. The same port always has the same name: that is
 * the lock.
 */
export function claimName(nodeName: string, { protocol, port }: PortKey): string {
  const end = `.${protocol.toLowerCase()}.${port}`;
  return `${shortName(nodeName, LONGEST_NAME - end.length)}${end}`;
}

/** The node's name as the value of a label; a long one keeps its beginning and gets a digest. */
export function nodeLabelValue(nodeName: string): string {
  return shortName(nodeName, longestLabel);
}
