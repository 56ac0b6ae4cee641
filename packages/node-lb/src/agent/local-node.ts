import type { PortKey } from '../address/protocol.ts';
import type { PortHolder } from '../claims/port-holder.ts';
import type { NodePlan } from '../plan/node-plan.ts';
import type { RuleSet } from '../plan/rule-set.ts';
import type { Unlock } from './node-lock.ts';
import type { Surveyor } from './node-survey.ts';

/** What a node tells by itself. */
export interface NodeNews {
  /** Whether rules lead the port elsewhere, so that what reaches its socket went around them. */
  isServed(port: PortKey): boolean;
  /** Something reached the socket of a port that is served, and so was not redirected. */
  leaked(port: PortKey): void;
  /** Rules, addresses, links or settings changed, by whomever. */
  changed(): void;
}

/** The node that an agent works on. */
export interface LocalNode {
  /** Takes the node for this agent; undefined while another one has it. */
  lock(): Promise<Unlock | undefined>;
  readonly surveyor: Surveyor;
  /** Closed by {@link close}. */
  readonly holder: PortHolder;
  readonly rules: RuleSet;
  /**
   * Forgets tracked connections that the rules of `before` made and those of `after` would not, and those of a time
   * without rules. `before` is undefined when nobody knows what was installed.
   */
  forget(before: NodePlan | undefined, after: NodePlan, signal: AbortSignal): Promise<void>;
  /** Follows what happens on the node and tells of it, until the signal aborts. Never rejects. */
  watch(signal: AbortSignal): Promise<void>;
  /** Lets go of what only this agent needs. What is installed stays. */
  close(): Promise<void>;
}
