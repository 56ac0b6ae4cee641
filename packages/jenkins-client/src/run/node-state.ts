import { textOf } from '../json-shape.ts';
import type { RunNode } from './stage.ts';

type Life = Pick<RunNode, 'state' | 'result'>;

/** The words of the three plugins, in lower case. */
const lives: Readonly<Record<string, Life>> = {
  queued: { state: 'queued' },
  running: { state: 'running' },
  in_progress: { state: 'running' },
  paused: { state: 'paused' },
  paused_pending_input: { state: 'paused' },
  skipped: { state: 'skipped', result: 'NOT_BUILT' },
  not_built: { state: 'not_built', result: 'NOT_BUILT' },
  not_executed: { state: 'not_built', result: 'NOT_BUILT' },
  success: { state: 'finished', result: 'SUCCESS' },
  unstable: { state: 'finished', result: 'UNSTABLE' },
  failure: { state: 'finished', result: 'FAILURE' },
  failed: { state: 'finished', result: 'FAILURE' },
  aborted: { state: 'finished', result: 'ABORTED' },
};

/**
 * State and result from a plugin's word for both. A word that is unknown here, such as a future one or graph-view's
 * `unknown`, is a node that ended, one cannot tell how.
 */
export function lifeOf(word: unknown): Life {
  return lives[textOf(word)?.toLowerCase() ?? ''] ?? { state: 'finished' };
}

/** State and result from Blue Ocean, which has a word for each. */
export function lifeOfTwo(state: unknown, result: unknown): Life {
  const word = textOf(state)?.toUpperCase();
  return word === 'FINISHED' ? lifeOf(result) : lifeOf(word);
}

/** The times of a node. Plugins write 0 or nothing for a start that never was. */
export function timesOf(
  start: number | undefined,
  duration: number | undefined,
  pause: number | undefined,
): Pick<RunNode, 'startTime' | 'durationMs' | 'pauseMs'> {
  return {
    ...(start !== undefined && start > 0 ? { startTime: start } : {}),
    ...(duration === undefined ? {} : { durationMs: duration }),
    ...(pause === undefined ? {} : { pauseMs: pause }),
  };
}
