import type { PortKey } from '../address/protocol.ts';

/** A port as people write it, such as `TCP/80`; equal for equal ports. */
export function portText({ protocol, port }: PortKey): string {
  return `${protocol}/${port}`;
}
