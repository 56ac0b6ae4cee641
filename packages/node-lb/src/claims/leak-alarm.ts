import type { Clock } from '@armillary/kube';
import { portText } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';

/** Told of traffic that reached a held port, and so was not translated. */
export type OnLeak = (port: PortKey, address: string) => void;

/** Whether rules are meant to lead the port elsewhere now. */
export type IsServed = (port: PortKey) => boolean;

/** For so long after a leak was told, further ones of the same port wait, in milliseconds. */
const quietMs = 1000;

/**
 * Tells of leaks: the first one of a port at once, and while they go on once a second, so that a flood of connections is
 * not a flood of repairs. What arrives while no rules are meant to be is only refused, and never told of: a moment later,
 * with rules in place, it would look like damage to them.
 */
export class LeakAlarm {
  readonly #onLeak: OnLeak;
  readonly #isServed: IsServed;
  readonly #clock: Clock;
  /** Ports that were told of lately, and what leaked there since. */
  readonly #quiet = new Map<string, { cancel: () => void; address?: string }>();

  constructor(onLeak: OnLeak, isServed: IsServed, clock: Clock) {
    this.#onLeak = onLeak;
    this.#isServed = isServed;
    this.#clock = clock;
  }

  /** Traffic arrived at a held port. */
  arrived(port: PortKey, address: string): void {
    if (!this.#isServed(port)) return;
    const waiting = this.#quiet.get(portText(port));
    if (waiting) waiting.address = address;
    else this.#tell(port, address);
  }

  /** The port is held no longer: nothing is told of it any more. */
  forget(port: PortKey): void {
    this.#quiet.get(portText(port))?.cancel();
    this.#quiet.delete(portText(port));
  }

  #tell(port: PortKey, address: string): void {
    const cancel = this.#clock.setTimeout(() => {
      const missed = this.#quiet.get(portText(port))?.address;
      this.#quiet.delete(portText(port));
      if (missed !== undefined) this.#tell(port, missed);
    }, quietMs);
    this.#quiet.set(portText(port), { cancel });
    this.#onLeak(port, address);
  }
}
