import type { BuildAddress } from '../builds/build-address.ts';
import { buildState } from '../builds/finish.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { Pace, throughOutages } from '../waiting.ts';
import { inputs } from './inputs.ts';
import type { PendingInput } from './pending-input.ts';

/**
 * Waits until a build asks something, across restarts of the server, and gives the first of its inputs; undefined when
 * it ends without asking any more. A permalink is followed to the build that it names at first. Throws UnsupportedError
 * when no plugin tells inputs, NotFoundOrHiddenError when there is no build.
 */
export async function nextInput(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): Promise<PendingInput | undefined> {
  const { clock } = connection;
  const deadline = new Deadline(clock, options);
  const pace = new Pace(300, 5000);
  let address = build;
  for (;;) {
    const { building, number } = await throughOutages(clock, deadline, (call) =>
      buildState(connection, address, call),
    );
    if (!building) return undefined;
    address = { ...address, number };
    const [input] = await throughOutages(clock, deadline, (call) => inputs(connection, address, call));
    if (input) return input;
    await deadline.sleep(pace.next());
  }
}
