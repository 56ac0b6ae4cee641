import { portText } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import type { PortUse } from '../ports/port-use.ts';
import type { ExposureRequest, RequestedPort } from '../request/exposure-request.ts';
import type { PortsAt } from './allocation-world.ts';
import type { Obstacle, PlacedNode } from './placement.ts';
import { compareText } from '../address/text-order.ts';

/** Which of its ports a Service can have on a node. */
export interface PortCheck {
  /** Those that it can have, or has and may keep for want of a better place. */
  readonly free: readonly RequestedPort[];
  /** At most one thing for each port. */
  readonly taken: readonly Obstacle[];
}

/**
 * Asks for every port of a Service who has it on a node. A port that it holds there already was free when it came: who
 * came later does not drive it away, unless the node's agent says that the port is in truth another's.
 */
export function checkPorts(
  { ports, service }: ExposureRequest,
  { node, addresses }: Pick<PlacedNode, 'node' | 'addresses'>,
  held: readonly PortKey[],
  portsAt: PortsAt,
): PortCheck {
  const free: RequestedPort[] = [];
  const taken: Obstacle[] = [];
  for (const port of ports) {
    const uses = portsAt({ name: node, addresses }, port, service.uid);
    const holds = held.some((own) => own.port === port.port && own.protocol === port.protocol);
    const use = firstOf(holds ? uses.filter(({ kind }) => kind === 'Refused') : uses);
    if (use) taken.push(portObstacle(node, port, use));
    // What only cannot be served now may be served again, and is better kept than given back for nothing better.
    if (!use || (holds && use.fault)) free.push(port);
  }
  return { free, taken };
}

/** Of many who have a port, always the same one is named. */
function firstOf(uses: readonly PortUse[]): PortUse | undefined {
  return uses.length > 1 ? uses.toSorted((a, b) => compareText(a.owner, b.owner))[0] : uses[0];
}

function portObstacle(node: string, { protocol, port }: PortKey, { kind, owner, fault }: PortUse): Obstacle {
  if (fault) return { node, ...fault };
  const message = `port ${portText({ protocol, port })} is taken${owner === '' ? '' : ` by ${owner}`}`;
  return { node, reason: kind, message, port: { protocol, port }, owner };
}
