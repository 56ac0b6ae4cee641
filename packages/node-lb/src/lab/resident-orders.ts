/** What a resident program is told and says; see resident-program.ts. Both ends are ours and of the same version. */

/** What one connection brought: who answered, and the peer address it saw; or a code such as `ECONNREFUSED`, `timeout`. */
export type Answer = { readonly name: string; readonly peer: string } | { readonly error: string };

/** Connect so often at once, ask once on each connection, and close. */
export interface CallOrder {
  readonly kind: 'call';
  readonly protocol: 'TCP' | 'UDP';
  readonly address: string;
  readonly port: number;
  readonly times: number;
  /** For each connection. */
  readonly timeoutMs: number;
}

export type Order =
  | CallOrder
  /** Answer under this name on this port, over TCP and UDP, IPv4 and IPv6. */
  | { readonly kind: 'serve'; readonly name: string; readonly port: number }
  /** Open a TCP connection that stays, and ask once. */
  | {
      readonly kind: 'open';
      readonly connection: string;
      readonly address: string;
      readonly port: number;
      readonly timeoutMs: number;
    }
  /** Ask again on such a connection. */
  | { readonly kind: 'ask'; readonly connection: string; readonly timeoutMs: number }
  | { readonly kind: 'close'; readonly connection: string };

export interface OrderLine {
  readonly number: number;
  readonly order: Order;
}

export type ResultLine =
  | { readonly number: number; readonly result?: unknown }
  | { readonly number: number; readonly failure: string };
