import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { ConflictError } from '../errors.ts';

/**
 * Takes an item to another folder; its new path has the same name. When Jenkins cannot, because the folder is missing,
 * the user may not create items there, or the name is taken, it answers with a redirect all the same, only to another
 * place (RelocationAction.doMove of cloudbees-folder, read in the source, not tried): ConflictError.
 */
export async function moveItem(
  connection: Connection,
  path: ItemPath,
  folder: ItemPath,
  options: CallOptions,
): Promise<ItemPath> {
  const deadline = new Deadline(connection.clock, options);
  const response = await connection.request({
    ...deadline.left(),
    method: 'POST',
    path: itemRoute(path, 'move/move'),
    form: { destination: `/${folder.join('/')}` },
    accept: [302],
  });
  await response.discard();
  const moved = [...folder, ...path.slice(-1)];
  const stays = path.join('/') === moved.join('/');
  if (stays || (await hasLeft(connection, path, moved, response.location, deadline.left()))) return moved;
  throw new ConflictError(
    `Jenkins did not move ${path.join('/')} to ${moved.join('/')}: the folder is missing or not open to this user, or has something of that name.`,
  );
}

/** Whether the answer says that the item is elsewhere. A browser does not show the answer: there the server is asked. */
async function hasLeft(
  connection: Connection,
  path: ItemPath,
  moved: ItemPath,
  location: string | undefined,
  options: CallOptions,
): Promise<boolean> {
  if (location !== undefined) return namesOf(location) === moved.join('/');
  const left = await connection.request({
    ...options,
    path: itemRoute(path, 'api/json'),
    query: { tree: 'name' },
    accept: [404],
  });
  await left.discard();
  return left.status === 404;
}

/** The names in the address of an item; Jenkins leaves more characters as they are than `encodeURIComponent`. */
function namesOf(location: string): string | undefined {
  const names = /^(?:job\/[^/]+(?:\/|$))+$/u.test(location)
    ? location.split('/').filter((_, index) => index % 2 === 1)
    : [];
  try {
    return names.map((name) => decodeURIComponent(name)).join('/');
  } catch {
    // A name that is not encoded properly is none of Jenkins'.
    return undefined;
  }
}
