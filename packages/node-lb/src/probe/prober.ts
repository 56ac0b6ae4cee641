import { delay, systemClock, type Clock } from '@armillary/kube';
import type { ExposedPort, NodePlan } from '../plan/node-plan.ts';
import { notProbed, probePort, type Reachability } from './port-probe.ts';

/** Options of {@link Prober}. */
export interface ProberOptions {
  /** Told when what is known of a claim's port changes. */
  readonly onChange: (claim: string, reachability: Reachability) => void;
  /** Told of every question: how long it took, in seconds, and what came of it. */
  readonly onProbe?: (seconds: number, status: Reachability['status']) => void;
  /** Between the end of a round and the next, in milliseconds, give or take a fifth; 10,000 unless told. */
  readonly intervalMs?: number;
  /**
   * For one connection, in milliseconds; 3,000 unless told. With a second or less, a refusal by ICMP (as for a Service
   * without endpoints) looks like silence: the kernel tells its own client at the second packet.
   */
  readonly timeoutMs?: number;
  /** So many ports are asked at a time; 64 unless told. */
  readonly concurrency?: number;
  readonly clock?: Clock;
  /** A number from 0 to 1, without the 1. */
  readonly random?: () => number;
}

/** So many failures in a row make a port unreachable; one success makes it reachable again. */
const failuresToBelieve = 3;

interface Watched {
  port: ExposedPort;
  failures: number;
  reachability: Reachability;
}

/** Asks the exposed ports of a node in rounds, and remembers what is known of each. */
export class Prober {
  readonly #options: Required<ProberOptions>;
  /** By the claim's name. */
  #watched = new Map<string, Watched>();

  constructor(options: ProberOptions) {
    this.#options = {
      onProbe: () => {},
      intervalMs: 10_000,
      timeoutMs: 3000,
      concurrency: 64,
      clock: systemClock,
      random: Math.random,
      ...options,
    };
  }

  /** From now on these ports are asked. Of those it knows it goes on from what it knows, unless another Service has them. */
  watch(plan: NodePlan): void {
    const before = this.#watched;
    this.#watched = new Map(
      plan.ports.map((port) => {
        const known = before.get(port.claim);
        if (known?.port.service !== port.service) {
          return [port.claim, { port, failures: 0, reachability: notProbed('it was not asked yet') }];
        }
        known.port = port;
        return [port.claim, known];
      }),
    );
  }

  /** What is known of a claim's port. */
  reachabilityOf(claim: string): Reachability {
    return this.#watched.get(claim)?.reachability ?? notProbed('it is not served');
  }

  /** Asks in rounds until the signal aborts; then nothing is left open. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { intervalMs, random, clock } = this.#options;
    while (!signal.aborted) {
      await this.#round(signal);
      await delay(clock, intervalMs * (0.8 + 0.4 * random()), signal);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const turn = this.#watched.values();
    const worker = async (): Promise<void> => {
      for (const watched of turn) {
        if (signal.aborted) return;
        await this.#ask(watched, signal);
      }
    };
    await Promise.all(Array.from({ length: this.#options.concurrency }, worker));
  }

  async #ask(watched: Watched, signal: AbortSignal): Promise<void> {
    const { clock, timeoutMs, onProbe, onChange } = this.#options;
    const { port } = watched;
    const startedAt = clock.now();
    const found = await probePort(port, { clock, timeoutMs, signal });
    // Another Service may have the port by now, or nobody: then the answer is about something else.
    if (signal.aborted || this.#watched.get(port.claim) !== watched) return;
    if (port.protocol === 'TCP') onProbe((clock.now() - startedAt) / 1000, found.status);
    watched.failures = found.status === 'False' ? watched.failures + 1 : 0;
    if (found.status === 'False' && watched.failures < failuresToBelieve) return;
    const { status, message } = watched.reachability;
    if (found.status === status && found.message === message) return;
    watched.reachability = found;
    onChange(port.claim, found);
  }
}
