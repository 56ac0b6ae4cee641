import { createHash } from 'node:crypto';
import type { PortKey } from '../address/protocol.ts';

/** Longest name of an object, in letters. */
const longestName = 253;
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
  return `${shortened(nodeName, longestName - end.length)}${end}`;
}

/** The node's name as the value of a label; a long one keeps its beginning and gets a digest. */
export function nodeLabelValue(nodeName: string): string {
  return shortened(nodeName, longestLabel);
}

function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${text.slice(0, limit - digest.length - 1)}-${digest}`;
}
