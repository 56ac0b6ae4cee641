import type { Service } from '@armillary/kube';
import { isPort, isProtocol, portText } from '../address/port-range.ts';
import type { RequestedPort } from './exposure-request.ts';
import type { Refuse } from './refusal.ts';

/** The ports of a Service; one alone can be on a node for each protocol and number. */
export function readPorts(service: Service, refuse: Refuse): RequestedPort[] {
  const ports: RequestedPort[] = [];
  const seen = new Set<string>();
  for (const { name, port, protocol = 'TCP' } of service.spec?.ports ?? []) {
    const text = portText({ protocol, port });
    if (!isPort(port) || !isProtocol(protocol)) {
      refuse('InvalidPorts', `${text} is no port; write a number from 1 to 65535 and TCP, UDP or SCTP`);
    } else if (seen.has(text)) {
      refuse('InvalidPorts', `${text} is there twice; leave one of them out`);
    }
    seen.add(text);
    ports.push({ protocol, port, ...(name && { name }) });
  }
  if (ports.length === 0) refuse('InvalidPorts', 'the Service has no port; add one to spec.ports');
  return ports;
}
