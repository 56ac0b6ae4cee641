/** The tables of iptables that rules of ours are in. */
export const tableNames = ['raw', 'nat', 'filter'] as const;
/** See {@link tableNames}. */
export type TableName = (typeof tableNames)[number];

/** A rule of ours in a chain of somebody else: the way into a chain of ours. */
export interface Jump {
  readonly chain: string;
  /** As iptables-save prints it, without `-A` and the chain. */
  readonly rule: string;
}

/** A jump as it was found. */
export interface FoundJump extends Jump {
  /** 1 for the first rule of its chain. */
  readonly position: number;
}

/** What is ours in one table; rules in the form of iptables-save, without `-A` and the chain. */
export interface OwnTable<AJump extends Jump = Jump> {
  readonly chains: ReadonlyMap<string, readonly string[]>;
  readonly jumps: readonly AJump[];
}

/** What is ours in the tables of one family and backend; a table without anything of ours may be absent. */
export type OwnTables<AJump extends Jump = Jump> = ReadonlyMap<TableName, OwnTable<AJump>>;
