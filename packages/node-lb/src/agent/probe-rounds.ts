import { delay, type Clock, type Logger } from '@armillary/kube';
import type { ExposedPort } from '../plan/node-plan.ts';
import type { AgentMetrics } from './agent-metrics.ts';
import type { Reachability } from './claim-status.ts';

/** What rounds of probes work with. */
export interface ProbeRoundsOptions {
  /** The ports that are served now. */
  ports(): readonly ExposedPort[];
  probe(port: ExposedPort, signal: AbortSignal): Promise<Reachability>;
  reached(port: ExposedPort, reachability: Reachability): void;
  /** From the end of one round to the next, in milliseconds. */
  intervalMs: number;
  metrics: AgentMetrics;
  clock: Clock;
  logger: Logger;
}

/** Probes under way at the same time. */
const width = 8;

/** Probes every port that is served, round after round, until the signal aborts. Never rejects. */
export async function probeRounds(options: ProbeRoundsOptions, signal: AbortSignal): Promise<void> {
  const { ports, intervalMs, clock } = options;
  await delay(clock, intervalMs, signal);
  while (!signal.aborted) {
    const queue = [...ports()];
    const work = async (): Promise<void> => {
      for (let port = queue.pop(); port && !signal.aborted; port = queue.pop()) {
        await probeOne(options, port, signal);
      }
    };
    await Promise.all(Array.from({ length: width }, work));
    await delay(clock, intervalMs, signal);
  }
}

async function probeOne(
  { probe, reached, metrics, clock, logger }: ProbeRoundsOptions,
  port: ExposedPort,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = clock.now();
  try {
    const reachability = await probe(port, signal);
    if (signal.aborted) return;
    metrics.probed(reachability.reason, clock.now() - startedAt);
    reached(port, reachability);
  } catch (error) {
    if (!signal.aborted) logger.warn({ err: error, claim: port.claim }, 'the port could not be probed');
  }
}
