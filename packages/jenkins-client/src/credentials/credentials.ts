import { itemRoute, pathOf, type ItemPath } from '../address/item-path.ts';
import type { Connection } from '../connection.ts';
import { CredentialStore } from './credential-store.ts';

/** Whose credentials: those of Jenkins itself, or of a folder, given by its path or by anything that has one. */
export type CredentialsOwner = 'system' | ItemPath | { readonly path: ItemPath };

/**
 * Credentials. The store of a folder serves the jobs below it; a multibranch pipeline counts as a folder.
 *
 *     await jenkins.credentials.in(['team']).create({ kind: 'secretText', id: 'token', secret });
 */
export class Credentials {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The store of an owner, and in it a domain; `_`, the default, is the domain without restrictions. No request. */
  in(owner: CredentialsOwner, domain = '_'): CredentialStore {
    return new CredentialStore(this.#connection, storePath(owner), domain);
  }
}

function storePath(owner: CredentialsOwner): string {
  if (owner === 'system') return 'credentials/store/system';
  const path = pathOf(owner);
  return path.length === 0 ? 'credentials/store/system' : itemRoute(path, 'credentials/store/folder');
}
