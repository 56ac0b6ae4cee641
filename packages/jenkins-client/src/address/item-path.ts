import { InvalidError } from '../errors.ts';

/** The path of an item: the names on the way to it, as Jenkins holds them. The root has none. */
export type ItemPath = readonly string[];

/**
 * The path of an item from names, paths of names joined by `/`, or both: `itemPath('team', 'a/b')` has three names.
 * No name of an item holds a slash; a branch's does, which is why branches have their own way (`branchItemName`).
 * Throws InvalidError for an empty name, `.`, `..`, and text that is not well-formed Unicode.
 */
export function itemPath(...parts: readonly string[]): ItemPath {
  const names = parts.flatMap((part) => part.split('/'));
  for (const name of names) {
    if (name === '' || name === '.' || name === '..' || !name.isWellFormed()) {
      throw new InvalidError(
        `"${parts.join('/').toWellFormed()}" is no path of an item: give the names of the folders and the item, without empty parts, "." or "..".`,
      );
    }
  }
  return names;
}

/** Where an item is: its path as text or as names, or anything that has one, such as an ItemRef. */
export type ItemAddress = string | ItemPath | { readonly path: ItemPath };

/** The path of an address. Throws InvalidError for a text that is none. */
export function pathOf(address: ItemAddress): ItemPath {
  if (typeof address === 'string') return itemPath(address);
  return 'path' in address ? address.path : address;
}

/** The path below the server's address, encoded, without slashes at its ends: `job/team/job/sub%20folder`. */
export function itemUrlPath(path: ItemPath): string {
  return path.map((name) => `job/${encodeURIComponent(name)}`).join('/');
}

/** A route below an item; `route` is encoded already. Works for the root, too. */
export function itemRoute(path: ItemPath, route: string): string {
  const base = itemUrlPath(path);
  return base === '' ? route : `${base}/${route}`;
}
