/**
 * What may be done with a node. `use`: for everything. `keep`: what is there stays, nothing new comes. `hold`: it looks
 * unwell, and what is there stays until that has lasted. `leave`: what is there moves at once, the new place first.
 * `lost`: what is there moves; the node is not expected to answer.
 */
export type Standing = 'use' | 'keep' | 'hold' | 'leave' | 'lost';

/** What may be done with a node now, and why. */
export interface NodeStanding {
  readonly standing: Standing;
  /** In CamelCase, for counts in events and metrics: `NotReady`, `Excluded`, `NoAgent` …; absent for `use`. */
  readonly reason?: string;
  /** In words. */
  readonly message?: string;
  /** When to look again without any news, milliseconds. */
  readonly lookAgainAt?: number;
}
