/** The transport protocols a Service may name. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** The address families, as `spec.ipFamilies` of a Service spells them. */
export type Family = 'IPv4' | 'IPv6';

/** All of them, in the order in which they are looked at where none goes before the other. */
export const families: readonly Family[] = ['IPv4', 'IPv6'];

/** One thing for each address family. */
export interface PerFamily<T> {
  readonly IPv4: T;
  readonly IPv6: T;
}

/** A port of a node: what one Service owns and no other. */
export interface PortKey {
  readonly protocol: Protocol;
  /** 1 to 65535. */
  readonly port: number;
}
