import { inRange, portText, type PortRange } from '../address/port-range.ts';
import type { ExposureRequest } from './exposure-request.ts';
import type { Refuse } from './refusal.ts';
import type { Settings } from './settings.ts';

/**
 * Refuses ports that the settings do not let this Service have: whoever may create Services must not thereby get the
 * node's ssh. What is reserved is so even where an allowance names it.
 */
export function checkPolicy(
  { service, ports }: Pick<ExposureRequest, 'service' | 'ports'>,
  { reservedPorts, nodePortRange, allow }: Settings,
  refuse: Refuse,
): void {
  const allowed = allow
    ?.filter(({ namespaces }) => namespaces.some((pattern) => matches(pattern, service.namespace)))
    .flatMap((allowance) => allowance.ports);
  const { from, to } = nodePortRange;
  for (const port of ports) {
    const text = portText(port);
    const within = (range: PortRange) => inRange(port, range);
    if (reservedPorts.some(within)) {
      refuse('Reserved', `${text} is reserved for the node itself; choose another port`);
    } else if (port.port >= from && port.port <= to) {
      refuse(
        'NodePortRange',
        `${text} lies in ${from}-${to}, which the cluster gives out as NodePorts; choose a port outside`,
      );
    } else if (allowed && !allowed.some(within)) {
      refuse(
        'NotAllowed',
        `namespace ${service.namespace} may not expose ${text}; spec.allow of the NodeLoadBalancer says who may`,
      );
    }
  }
}

/** Whether a namespace's name fits a pattern in which `*` stands for any letters. */
function matches(pattern: string, namespace: string): boolean {
  const [start = '', ...rest] = pattern.split('*');
  const end = rest.pop();
  if (end === undefined) return namespace === start;
  if (!namespace.startsWith(start) || !namespace.endsWith(end)) return false;
  if (namespace.length < start.length + end.length) return false;
  // The first place for each part leaves the most room for the next: no trying back and forth.
  const middle = namespace.slice(start.length, namespace.length - end.length);
  let at = 0;
  return rest.every((part) => {
    const found = middle.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}
