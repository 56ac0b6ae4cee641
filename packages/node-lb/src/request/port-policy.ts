import { inRange, portText } from '../address/port-range.ts';
import type { ExposureRequest, RequestedPort } from './exposure-request.ts';
import type { Refusal } from './refusal.ts';
import type { Allowance, Settings } from './settings.ts';

/**
 * Whether everybody's rules let this Service have its ports: whoever may create Services must not thereby get the
 * node's ssh. What is reserved is so for those as well to whom an allowance gives it.
 */
export function allowed(
  request: Pick<ExposureRequest, 'service' | 'ports'>,
  settings: Settings,
): { readonly allowed: true } | ({ readonly allowed: false } & Refusal) {
  const allowances = settings.allow?.filter(({ namespaces }) =>
    namespaces.some((pattern) => matches(pattern, request.service.namespace)),
  );
  for (const port of request.ports) {
    const refusal = reserved(port, settings) ?? notAllowed(port, request.service.namespace, allowances);
    if (refusal) return { allowed: false, ...refusal };
  }
  return { allowed: true };
}

function reserved(port: RequestedPort, { reservedPorts, nodePortRange }: Settings): Refusal | undefined {
  const text = portText(port);
  if (reservedPorts.some((range) => inRange(port, range))) {
    return { reason: 'Reserved', message: `${text} is reserved for the node itself; choose another port` };
  }
  const { from, to } = nodePortRange;
  if (port.port < from || port.port > to) return undefined;
  return {
    reason: 'NodePortRange',
    message: `${text} lies in ${from}-${to}, which the cluster gives out as NodePorts; choose a port outside`,
  };
}

function notAllowed(
  port: RequestedPort,
  namespace: string,
  allowances: readonly Allowance[] | undefined,
): Refusal | undefined {
  if (!allowances || allowances.some(({ ports }) => ports.some((range) => inRange(port, range))))
    return undefined;
  return {
    reason: 'NotAllowed',
    message: `namespace ${namespace} may not expose ${portText(port)}; spec.allow of the NodeLoadBalancer says who may`,
  };
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
