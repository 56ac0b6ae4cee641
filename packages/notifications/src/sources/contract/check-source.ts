import { systemClock } from '@armillary/kube';
import { NotificationError } from '../../errors.ts';
import { AddressPolicy } from '../../outgoing/address-policy.ts';
import { createOutgoingHttp } from '../../outgoing/create-outgoing-http.ts';
import { OutgoingError } from '../../outgoing/outgoing-http.ts';
import { checks } from './checks.ts';
import type { Check, CheckVerdict } from './checks.ts';
import { SourceProbe } from './source-probe.ts';
import type { CheckSourceOptions } from './source-probe.ts';

/** What one check found. */
export interface CheckResult extends CheckVerdict {
  /** What was checked, in a word or two. */
  readonly check: string;
}

/**
 * Checks whether the webhook at an address (`spec.url` of a ReceiverSource) keeps the contract between the notification
 * manager and sources of receivers, with real requests: about a namespace that it knows, one that nobody has, and in
 * ways that it must refuse. Nothing is changed there. A check that fails says what to do; one that needs what was not
 * given is skipped. Throws `NotificationError` `Invalid` for an address that is none.
 */
export async function* checkSource(
  address: string,
  options: CheckSourceOptions = {},
): AsyncGenerator<CheckResult> {
  const { clock = systemClock } = options;
  // Who checks names the address: it may be on this machine.
  const policy = new AddressPolicy({ allowLoopback: true });
  const http = createOutgoingHttp({ policy, userAgent: 'armillary', clock });
  try {
    const probe = new SourceProbe(address, { ...options, clock, http });
    for (const check of checks) {
      const { outcome, message } = await verdictOf(check, probe);
      yield { check: check.name, outcome, message };
      // Without an answer all others would only say the same.
      if (check.name === 'answers' && outcome === 'failed') return;
    }
  } finally {
    await http.close();
  }
}

async function verdictOf(check: Check, probe: SourceProbe): Promise<CheckVerdict> {
  try {
    return await check.run(probe);
  } catch (error) {
    const known =
      error instanceof OutgoingError || error instanceof NotificationError || error instanceof SyntaxError;
    if (!known) throw error;
    return { outcome: 'failed', message: `the answer cannot be used: ${error.message}` };
  }
}
