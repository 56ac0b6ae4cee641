import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { DisabledError, InvalidError } from '../errors.ts';
import { itemTree, parseItem } from './item-state.ts';

/**
 * Looks for branches now. Jenkins gives no queue item for it; its log tells how it goes. The same route starts a build
 * of a job, and fails with status 500 where there is nothing to do, so the item is looked at before: InvalidError when it
 * is not one of branches, DisabledError when it is disabled or has no sources.
 */
export async function scanItem(
  connection: Connection,
  path: ItemPath,
  options: CallOptions = {},
): Promise<void> {
  const deadline = new Deadline(connection.clock, options);
  const name = path.join('/');
  const answer = await connection.request({
    ...deadline.left(),
    path: itemRoute(path, 'api/json'),
    query: { tree: itemTree },
  });
  const item = parseItem(await answer.json<unknown>());
  if (item.kind !== 'multibranch' && !item.javaClass.endsWith('OrganizationFolder')) {
    throw new InvalidError(`${name} is no multibranch pipeline: there is nothing to scan.`);
  }
  if (item.buildable === false) {
    throw new DisabledError(
      `${name} is disabled, or has no sources. Enable it, or give it some, to scan it.`,
    );
  }
  const response = await connection.request({
    ...deadline.left(),
    method: 'POST',
    path: itemRoute(path, 'build'),
    query: { delay: 0 },
    accept: [302],
    repeatable: true,
  });
  await response.discard();
}
