import type { ItemPath } from '../address/item-path.ts';
import type { BuildResultName } from '../builds/build.ts';

/**
 * What happened to a build of a job. Each build tells `queued`, `started` and `finished`, in this order and once each;
 * one that never waits long enough to be seen tells all of them at once. A queue item that becomes no build tells
 * `cancelled`, or `lost` when the server no longer knows why. `deleted` is a build that was running and is gone.
 */
export interface JenkinsEvent {
  readonly type: 'queued' | 'started' | 'finished' | 'cancelled' | 'lost' | 'deleted';
  /** The path of the job. */
  readonly item: ItemPath;
  readonly queueId: number;
  /** Absent of what never was a build, and of `queued` when it is none yet. */
  readonly number?: number;
  /** Of `finished`. */
  readonly result?: BuildResultName;
  /** When, in milliseconds since 1970 by the server's clock; for `cancelled`, `lost` and `deleted` when it was seen. */
  readonly at: number;
}
