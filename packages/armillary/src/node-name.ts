import { hostname } from 'node:os';

/** The name of the node that this machine is in an API server of its own: `armillary-` and the hostname. */
export function machineNodeName(): string {
  const name = hostname()
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-');
  return `armillary-${name.replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')}`;
}
