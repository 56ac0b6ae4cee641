import type { PortKey } from '../address/protocol.ts';
import { claimName } from '../kinds/claim-name.ts';

/** A port that a node's agent could not serve. */
export interface Refusal extends PortKey {
  readonly node: string;
  /** The agent's reason, such as `PortInUse`. */
  readonly reason: string;
  /** The agent's words. */
  readonly message: string;
  /** Who has the port instead; absent when nobody has it, and the node cannot serve it all the same. */
  readonly owner?: string;
  /** Until when the port is not tried again, milliseconds. */
  readonly until: number;
}

interface Memory extends Refusal {
  /** How often in a row. */
  readonly times: number;
}

const minuteMs = 60_000;
/** How long a port is left alone after the first refusal, the second, and each further one. */
const backoffMs = [minuteMs, 5 * minuteMs, 30 * minuteMs] as const;
/** A port that was not refused for so long after its back-off starts from the beginning. */
const forgetMs = 60 * minuteMs;
/** Refusals that are remembered; the oldest go first. A port that is forgotten is tried again, no more. */
const limit = 10_000;

/** What agents refused a while ago. It is kept in memory: after a restart a port is tried once more. */
export class Refusals {
  readonly #memories = new Map<string, Memory>();

  /** Remembers that a node's agent could not serve a port; a refusal during the back-off changes nothing. */
  refuse(refused: Omit<Refusal, 'until'>, now: number): Refusal {
    const key = claimName(refused.node, refused);
    const before = this.#memories.get(key);
    if (before && before.until > now) return before;
    const times = before && now < before.until + forgetMs ? before.times + 1 : 1;
    const waitMs = backoffMs[Math.min(times, backoffMs.length) - 1] ?? minuteMs;
    const memory = { ...refused, times, until: now + waitMs };
    this.#memories.delete(key);
    this.#memories.set(key, memory);
    this.#shrink();
    return memory;
  }

  /** The port is served after all. */
  forget(node: string, port: PortKey): void {
    this.#memories.delete(claimName(node, port));
  }

  /** What stands between a port and a node now. */
  current(node: string, port: PortKey, now: number): Refusal | undefined {
    const memory = this.#memories.get(claimName(node, port));
    return memory && memory.until > now ? memory : undefined;
  }

  /** When the first of these ports may be tried again on some node; undefined when none is refused. */
  nextTry(ports: readonly PortKey[], now: number): number | undefined {
    const times = [...this.#memories.values()]
      .filter(({ until }) => until > now)
      .filter((memory) =>
        ports.some((port) => port.protocol === memory.protocol && port.port === memory.port),
      )
      .map(({ until }) => until);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #shrink(): void {
    for (const key of this.#memories.keys()) {
      if (this.#memories.size <= limit) return;
      this.#memories.delete(key);
    }
  }
}
