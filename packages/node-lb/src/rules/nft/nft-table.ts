import type { Rule } from './nft-expression.ts';

/** Where a base chain hangs. */
interface ChainHook {
  readonly type: 'nat' | 'filter';
  readonly hook: string;
  /** A number always: nft 1.0.6 refuses names of priorities on some hooks. */
  readonly priority: number;
}

/** A chain of a table. */
export interface NftChain {
  /** Undefined for a chain that is only jumped to. */
  readonly hook?: ChainHook;
  readonly rules: readonly Rule[];
}

/** A named set or map of a table. */
export interface NftSet {
  /** Such as `inet_proto . inet_service`. */
  readonly type: string;
  /** Of a map: the type of its values, `verdict` for chains. */
  readonly value?: string;
  /** Whether its elements may be networks. */
  readonly interval: boolean;
  /** Keys as nft prints them, such as `tcp . 80`; values of a map, else the empty text. */
  readonly elements: ReadonlyMap<string, string>;
}

/** A table of the family inet. */
export interface NftTable {
  readonly sets: ReadonlyMap<string, NftSet>;
  readonly chains: ReadonlyMap<string, NftChain>;
}

/** The tables of ours in one network namespace, by name. */
export type NftTables = ReadonlyMap<string, NftTable>;
