import type { ItemPath } from '../address/item-path.ts';
import { parseCause, type BuildCause } from '../builds/cause.ts';
import { parseParameters, type BuildParameter } from '../builds/build.ts';
import { UnexpectedBodyError } from '../errors.ts';
import { objectOf, objectsOf, textOf, wholeOf } from '../json-shape.ts';

/**
 * Where a queue item is: `waiting` for the quiet period to end, `blocked` by something such as another build of the
 * job, `buildable` but without a free executor, `left` the queue (to become a build, within moments), `cancelled`.
 */
export type QueueItemState = 'waiting' | 'blocked' | 'buildable' | 'left' | 'cancelled';

/** Something that waits to be built. */
export interface QueueItem {
  readonly id: number;
  readonly state: QueueItemState;
  /** The job; undefined when it is none, such as the wait of a running Pipeline for a node. */
  readonly item: ItemPath | undefined;
  /** When it came into the queue, in milliseconds since 1970 by the server's clock. */
  readonly queuedAt: number;
  /** Why it still waits, in one line in the server's language. */
  readonly why?: string;
  /** Whether it waits for longer than is normal. */
  readonly stuck: boolean;
  readonly causes: readonly BuildCause[];
  readonly parameters: readonly BuildParameter[];
  /** The number of the build that it became. */
  readonly buildNumber?: number;
}

/** The `tree` of what `parseQueueItem` reads. */
export const queueItemTree =
  'id,inQueueSince,why,stuck,cancelled,blocked,buildable,task[url],' +
  'actions[causes[*],parameters[name,value]],executable[number]';

/** A queue item as core's JSON describes it. Throws UnexpectedBodyError when it has no id. */
export function parseQueueItem(value: unknown): QueueItem {
  const json = objectOf(value);
  const id = wholeOf(json?.id);
  if (!json || id === undefined) {
    throw new UnexpectedBodyError('The answer describes no queue item: it has no id.');
  }
  const actions = objectsOf(json.actions);
  const buildNumber = wholeOf(objectOf(json.executable)?.number);
  const why = textOf(json.why);
  return {
    id,
    state: stateOf(json.cancelled === true, textOf(json._class) ?? '', json.blocked === true),
    item: taskPath(textOf(objectOf(json.task)?.url)),
    queuedAt: wholeOf(json.inQueueSince) ?? 0,
    ...(why === undefined ? {} : { why }),
    stuck: json.stuck === true,
    causes: actions.flatMap((action) => objectsOf(action.causes)).map(parseCause),
    parameters: parseParameters(actions),
    ...(buildNumber === undefined ? {} : { buildNumber }),
  };
}

/** The kinds are the classes in hudson.model.Queue: WaitingItem, BlockedItem, BuildableItem, LeftItem. */
function stateOf(cancelled: boolean, type: string, blocked: boolean): QueueItemState {
  if (cancelled) return 'cancelled';
  if (type.endsWith('LeftItem')) return 'left';
  if (type.endsWith('BuildableItem')) return 'buildable';
  if (type.endsWith('BlockedItem') || blocked) return 'blocked';
  return 'waiting';
}

/**
 * The job that a task's address names. The address begins with the root URL that an administrator set, which may be
 * any, so only what follows the first `/job/` counts. A branch's name is encoded twice there, once by its own name.
 */
function taskPath(url: string | undefined): ItemPath | undefined {
  const names = /\/((?:job\/[^/]+\/)+)$/u.exec(url ?? '')?.[1];
  if (names === undefined) return undefined;
  try {
    return names
      .split('/')
      .filter((_, index) => index % 2 === 1)
      .map((name) => decodeURIComponent(name));
  } catch {
    // A name that is not encoded properly is none of Jenkins'.
    return undefined;
  }
}
