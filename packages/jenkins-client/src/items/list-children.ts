import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { expected } from '../expected.ts';
import { objectOf, objectsOf, textOf, type JsonObject } from '../json-shape.ts';

/** How many children one request asks for. */
const pageSize = 100;

/**
 * The JSON of the items in a folder or multibranch pipeline, or at the root, asked for in pages. `tree` is what to read
 * of each and must hold `name`.
 *
 * Items come and go between two pages, which moves the others. So each page begins with the last item of the page
 * before; when that is gone, a page further up is read again. One that was there all the time is told exactly once.
 */
export async function* listChildren(
  connection: Connection,
  parent: ItemPath,
  tree: string,
  options: CallOptions = {},
): AsyncGenerator<JsonObject, void, undefined> {
  const deadline = new Deadline(connection.clock, options);
  const told = new Set<string>();
  for (let from = 0; ;) {
    const response = await connection.request({
      ...deadline.left(),
      path: itemRoute(parent, 'api/json'),
      query: { tree: `jobs[${tree}]{${from},${from + pageSize}}` },
    });
    const folder = expected(objectOf(await response.json<unknown>()), 'a folder');
    const children = objectsOf(folder['jobs']);
    if (from > 0 && !told.has(textOf(children[0]?.['name']) ?? '')) {
      from = Math.max(0, from - pageSize);
      continue;
    }
    for (const child of children) {
      const name = expected(textOf(child['name']), 'an item');
      if (told.has(name)) continue;
      told.add(name);
      yield child;
    }
    if (children.length < pageSize) return;
    from += pageSize - 1;
  }
}
