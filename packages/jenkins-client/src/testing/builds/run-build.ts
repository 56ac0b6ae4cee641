import type { Clock } from '../../connection.ts';
import { Interrupted, type Behaviour } from './behaviour.ts';
import type { Build } from './build.ts';
import { closeNode, type Result } from './flow.ts';
import { consoleNote } from './growing-log.ts';
import { RunningBuild } from './running-build.ts';

/** Runs a behaviour to the end of its build. Never throws: what a behaviour throws is the build's failure. */
export async function runBuild(build: Build, behaviour: Behaviour, clock: Clock): Promise<void> {
  build.writeCauses();
  const run = new RunningBuild(build, clock);
  // A behaviour cannot be stopped from outside: the build ends without it.
  const killed = new Promise<'killed'>((resolve) => {
    build.killing.signal.addEventListener('abort', () => resolve('killed'), { once: true });
  });
  const ended = (async () => behaviour(run))().then(
    () => (build.stopping.signal.aborted ? 'ABORTED' : (build.result ?? 'SUCCESS')),
    (error: unknown) => {
      if (error instanceof Interrupted || build.stopping.signal.aborted) return 'ABORTED';
      if (build.running)
        build.log.append(`ERROR: ${error instanceof Error ? error.message : String(error)}\n`);
      return 'FAILURE';
    },
  );
  const outcome = await Promise.race([ended, killed]);
  finish(build, outcome === 'killed' ? 'ABORTED' : outcome, clock.now());
}

/** Closes what is open and writes the last lines. After this nothing that the behaviour still does has an effect. */
function finish(build: Build, result: Result, now: number): void {
  for (const node of build.flow.nodes) if (node.endTime === undefined) closeNode(node, now, result);
  build.inputs.clear();
  build.log.append(`${consoleNote('end')}[Pipeline] End of Pipeline\nFinished: ${result}\n`);
  build.result = result;
  build.endTime = now;
}
