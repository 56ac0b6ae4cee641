import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { Connection } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { throughOutages } from '../waiting.ts';
import { createItem } from './create-item.ts';
import { itemTree, parseItem } from './item-state.ts';

/**
 * Copies an item's configuration to a new path; builds stay behind. Jenkins does not build a copy before it was saved
 * once (Job.LastItemListener), so a job is saved with its own description.
 */
export async function copyItem(
  connection: Connection,
  from: ItemPath,
  to: ItemPath,
  deadline: Deadline,
): Promise<void> {
  await createItem(connection, to, { mode: 'copy', from: `/${from.join('/')}` }, deadline);
  await throughOutages(connection.clock, deadline, async (call) => {
    const response = await connection.request({
      ...call,
      path: itemRoute(to, 'api/json'),
      query: { tree: itemTree },
    });
    const copy = parseItem(await response.json<unknown>());
    if (copy.buildable !== false || copy.disabled === true) return;
    await saveItem(connection, to, copy.description ?? '', deadline);
  });
}

/** Makes Jenkins write an item's configuration anew, by setting its description. */
export async function saveItem(
  connection: Connection,
  path: ItemPath,
  description: string,
  deadline: Deadline,
): Promise<void> {
  const response = await connection.request({
    ...deadline.left(),
    method: 'POST',
    path: itemRoute(path, 'submitDescription'),
    form: { description },
    accept: [302],
    repeatable: true,
  });
  await response.discard();
}
