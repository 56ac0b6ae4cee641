import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
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
  const response = await connection.request({
    ...options,
    method: 'POST',
    path: itemRoute(path, 'move/move'),
    form: { destination: `/${folder.join('/')}` },
    accept: [302],
  });
  await response.discard();
  const moved = [...folder, ...path.slice(-1)];
  const stays = path.join('/') === moved.join('/');
  // Browsers do not show where they are sent.
  if (stays || response.location === undefined || namesOf(response.location) === moved.join('/'))
    return moved;
  throw new ConflictError(
    `Jenkins did not move ${path.join('/')} to ${moved.join('/')}: the folder is missing or not open to this user, or has something of that name.`,
  );
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
