import type { FakeClock } from './fake-clock.ts';
import { until } from './until.ts';

/** The idle time of a reflector's watch: the one timer of a client that does not mean a request under way. */
const watchIdleMs = 90_000;

/**
 * Lets time pass until the condition holds, but never while a request is under way: how long a real socket
 * takes must not count against deadlines of the clock. The client has a clock of its own that stands still, so
 * that its timers tell whether it waits for an answer.
 */
export async function passingTime(
  name: string,
  clocks: { runtime: FakeClock; client: FakeClock },
  condition: () => boolean,
  stepMs: number,
): Promise<void> {
  await until(name, () => {
    if (condition()) return true;
    if (clocks.client.pending.every((ms) => ms === watchIdleMs)) clocks.runtime.advance(stepMs);
    return false;
  });
}
