import { families } from '../address/protocol.ts';
import type { ClaimReason } from '../kinds/claim-condition.ts';
import type { ExposedPort } from '../plan/node-plan.ts';
import { serves } from '../plan/served-family.ts';
import { attemptConnection, type Attempt, type AttemptOptions } from './connection-attempt.ts';

/** What is known of the way to a Service: the condition `Reachable` of its claim. */
export interface Reachability {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Extract<ClaimReason, 'ProbeSucceeded' | 'ProbeFailed' | 'NotProbed'>;
  readonly message: string;
}

/**
 * Asks an exposed port from the node itself, at each of its addresses, by connecting and closing. Only TCP can be asked:
 * nobody answers UDP without knowing the question. A refusal is no fault of the way (a Service without ready endpoints
 * is refused, too), nor does it prove that somebody is there: Unknown. Silence and resets are faults. Never rejects.
 */
export async function probePort(port: ExposedPort, options: AttemptOptions): Promise<Reachability> {
  if (port.protocol !== 'TCP') return notProbed(`${port.protocol} cannot be asked`);
  const addresses = families.flatMap((family) => (serves(port, family) ? port.addresses[family] : []));
  if (addresses.length === 0) return notProbed('there is nothing to ask: no endpoint is served');
  const attempts = await Promise.all(
    addresses.map(async (address) => ({
      address,
      ...(await attemptConnection(address, port.port, options)),
    })),
  );
  return judge(attempts, port.port);
}

/** What is said of a port that was not asked, and why it was not. */
export function notProbed(message: string): Reachability {
  return { status: 'Unknown', reason: 'NotProbed', message };
}

function judge(attempts: readonly (Attempt & { address: string })[], port: number): Reachability {
  const where = (address: string): string =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const found = (kind: Attempt['kind']): string[] =>
    attempts.flatMap((attempt) => {
      if (attempt.kind !== kind) return [];
      return 'why' in attempt ? `${where(attempt.address)}: ${attempt.why}` : where(attempt.address);
    });
  const failed = found('failed');
  if (failed.length > 0) return { status: 'False', reason: 'ProbeFailed', message: failed.join('; ') };
  const untried = found('untried');
  if (untried.length > 0) return notProbed(untried.join('; '));
  const refused = found('refused');
  if (refused.length > 0) {
    return notProbed(
      `refused at ${refused.join(', ')}: no endpoint is ready, or nothing listens in those there are`,
    );
  }
  return { status: 'True', reason: 'ProbeSucceeded', message: `answers at ${found('open').join(', ')}` };
}
