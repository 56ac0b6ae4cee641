import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { Connection } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { objectOf, textOf } from '../json-shape.ts';

/** The Java class of an item; empty when Jenkins does not tell it. */
export async function classOf(connection: Connection, path: ItemPath, deadline: Deadline): Promise<string> {
  const request = { ...deadline.left(), path: itemRoute(path, 'api/json'), query: { tree: 'name' } };
  const response = await connection.request(request);
  return textOf(objectOf(await response.json<unknown>())?.['_class']) ?? '';
}

/** Whether items of a class hold others and have no builds: folders, multibranch pipelines, organizations. */
export function holdsItems(javaClass: string): boolean {
  return /(?:Folder|MultiBranchProject)$/.test(javaClass);
}
