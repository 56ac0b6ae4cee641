import { isIPv6 } from 'node:net';

/** The address of what listens on a host and port, without a path. */
export const baseUrl = (host: string, port: number): string =>
  `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
