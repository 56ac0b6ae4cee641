import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { TimeoutError } from '../errors.ts';
import { Pace, throughOutages } from '../waiting.ts';
import { buildName, buildRoute, type BuildAddress } from './build-address.ts';
import { buildState } from './finish.ts';

/** Ways to end a build: ask it to stop, end its steps, or drop it without letting it clean up. */
export type StopStep = 'stop' | 'term' | 'kill';

/** How to stop. */
export interface StopOptions extends CallOptions {
  /** Whether to wait for the end, and to go on with `term` and then `kill` when the build does not end by itself. */
  readonly escalate?: boolean | undefined;
  /** How long to wait after each step, in milliseconds; 10,000 when absent. */
  readonly waitMs?: number | undefined;
}

const steps: readonly StopStep[] = ['stop', 'term', 'kill'];

/**
 * Sends one of the ways to end a build. The answer comes at once and says nothing of the build: a `finally` block may
 * go on. Jenkins takes it for a build that is over, too.
 */
export async function sendStop(
  connection: Connection,
  build: BuildAddress,
  step: StopStep,
  options: CallOptions = {},
): Promise<void> {
  const response = await connection.request({
    ...options,
    method: 'POST',
    path: buildRoute(build, step),
    accept: [302, 303],
    repeatable: true,
  });
  await response.discard();
}

/**
 * Ends a build, harder with each step, and waits for the end. Gives the step that ended it; undefined when it was over
 * before. A permalink stands for the build that it names at first. Throws TimeoutError when it outlives even `kill`.
 */
export async function stopAndWait(
  connection: Connection,
  build: BuildAddress,
  options: StopOptions = {},
): Promise<StopStep | undefined> {
  const { waitMs = 10_000 } = options;
  const { clock } = connection;
  const deadline = new Deadline(clock, options);
  let address = build;
  const isOver = async (): Promise<boolean> => {
    const state = await throughOutages(clock, deadline, (call) => buildState(connection, address, call));
    // A permalink may name another build by the next step.
    address = { ...build, number: state.number };
    return !state.building;
  };

  if (await isOver()) return undefined;
  for (const step of steps) {
    await throughOutages(clock, deadline, (call) => sendStop(connection, address, step, call));
    const until = clock.now() + waitMs;
    const pace = new Pace(100, 2000);
    do {
      if (await isOver()) return step;
      await deadline.sleep(Math.min(pace.next(), Math.max(0, until - clock.now())));
    } while (clock.now() < until);
  }
  if (await isOver()) return 'kill';
  throw new TimeoutError(
    `${buildName(address)} still runs after stop, term and kill with ${waitMs} ms for each. Its node may be unreachable; look at the server's log.`,
  );
}
