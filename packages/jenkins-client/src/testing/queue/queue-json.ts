import { buildBean, workActions } from '../builds/build-json.ts';
import { ITEM_CLASSES, type Item } from '../items/item.ts';
import { colorOf } from '../items/item-json.ts';
import { bean, type Bean } from '../tree.ts';
import type { Queue, QueueItem } from './queue.ts';

/** The classes of queue items by their state. */
const CLASSES = {
  waiting: 'WaitingItem',
  blocked: 'BlockedItem',
  buildable: 'BuildableItem',
  left: 'LeftItem',
} as const;

/** A queue item as the API shows it. */
export function queueItemBean(item: QueueItem, rootUrl: string): Bean {
  const { build } = item;
  return bean(
    `hudson.model.Queue$${CLASSES[item.state]}`,
    {
      actions: () => workActions(item.parameters, item.causes),
      blocked: () => item.state === 'blocked',
      buildable: () => item.state === 'buildable',
      id: () => item.id,
      inQueueSince: () => item.since,
      params: () =>
        item.parameters
          .map(({ name, type, value }) => `\n${name}=${type.startsWith('Password') ? '****' : value}`)
          .join(''),
      stuck: () => false,
      task: () => taskBean(item.task, rootUrl),
      url: () => `queue/item/${item.id}/`,
      why: () => item.why,
      ...(item.state === 'waiting' && { timestamp: () => item.readyAt }),
      ...(item.state === 'left' && {
        cancelled: () => item.cancelled,
        executable: () => (build ? buildBean(build, rootUrl) : null),
      }),
      ...((item.state === 'blocked' || item.state === 'buildable') && {
        buildableStartMilliseconds: () => item.readyAt,
      }),
    },
    9,
  );
}

/** The job, as a queue item shows it: without what is inside. */
function taskBean(task: Item, rootUrl: string): Bean {
  return bean(
    ITEM_CLASSES[task.kind],
    { name: () => task.name, url: () => rootUrl + task.urlPath, color: () => colorOf(task) },
    9,
  );
}

/** The queue as `queue/api/json` shows it. */
export function queueBean(queue: Queue, rootUrl: string): Bean {
  return bean('hudson.model.Queue', {
    discoverableItems: () => [],
    items: () => queue.waiting.map((item) => queueItemBean(item, rootUrl)),
  });
}
