import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { Connection } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { throughOutages } from '../waiting.ts';
import { createItem } from './create-item.ts';
import { submitDescription } from './describe-item.ts';
import { holdsItems } from './item-class.ts';
import { itemTree, parseItem, type Item } from './item-state.ts';
import { listChildren } from './list-children.ts';

/**
 * Copies an item's configuration to a new path, a folder's with all that is in it; builds stay behind. Jenkins does not
 * build a copied job before it was saved once (Job.LastItemListener), so each is saved with its own description.
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
    await saveCopy(connection, parseItem(await response.json<unknown>()), deadline);
  });
}

async function saveCopy(connection: Connection, copy: Item, deadline: Deadline): Promise<void> {
  if (copy.kind === 'folder') {
    for await (const child of listChildren(connection, copy.path, itemTree, deadline.left())) {
      await saveCopy(connection, parseItem(child), deadline);
    }
  } else if (!holdsItems(copy.javaClass) && copy.buildable === false && copy.disabled !== true) {
    await submitDescription(connection, copy.path, copy.description ?? '', deadline);
  }
}
