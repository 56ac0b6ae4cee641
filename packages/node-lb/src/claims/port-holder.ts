import type { PortKey } from '../address/protocol.ts';

/** A port to hold at addresses of the node. */
export interface HeldPort extends PortKey {
  /** In canonical text; both families may occur. */
  readonly addresses: readonly string[];
}

/** What came of an attempt to hold a port: everywhere, or nowhere. */
export type HoldResult =
  | { readonly held: true }
  /** `PortInUse` with who has it when /proc says so; `AddressNotOnNode` when none of the addresses is there. */
  | { readonly held: false; readonly reason: 'PortInUse' | 'AddressNotOnNode'; readonly owner?: string };

/**
 * Holds ports by bound sockets, so that the kernel itself keeps others from them. A connection that reaches such a
 * socket was not translated: it is refused, and `onLeak` is told.
 */
export interface PortHolder {
  /** Holds a port at exactly these addresses; what it held elsewhere of the same port is let go. */
  hold(port: HeldPort): Promise<HoldResult>;
  /** Lets a port go; nothing happens when it is not held. */
  release(port: PortKey): Promise<void>;
  /** Lets everything go. */
  close(): Promise<void>;
}
