import type { NodePlan } from '../plan/node-plan.ts';

/** Which of the kernel's ways the node's own rules are written in: the one its kube-proxy uses. */
export type HostBackendName = 'iptables-nft' | 'iptables-legacy' | 'nftables';

/** A difference between what shall be installed and what is, in words: `chain ARMILLARY-DNAT of table nat is missing`. */
export type Difference = string;

/**
 * Rules in one place: in the node's backend, or inside the bounce namespace. All methods throw `NodeLbError`
 * (`ProgramMissing`, `ProgramFailed`, `NotPermitted`); what was installed before a failure stays as it was.
 */
export interface RuleSet {
  /**
   * Brings what is installed to the plan, atomically, with as little as possible: nothing is written when nothing
   * differs from what was last written or read.
   */
  apply(plan: NodePlan, signal: AbortSignal): Promise<{ changed: boolean }>;
  /** Reads what is installed and compares it with the plan; what was found out of order is written by the next `apply`. */
  verify(plan: NodePlan, signal: AbortSignal): Promise<Difference[]>;
  /** Removes everything of ours, of this and of earlier versions; nothing of others. */
  remove(signal: AbortSignal): Promise<void>;
}
