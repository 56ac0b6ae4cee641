import { pathOf, type ItemAddress, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { isJenkinsError } from '../errors.ts';
import type { Item } from '../items/item-state.ts';
import { ItemRef } from '../items/item.ts';
import { applyWanted } from '../pipelines/apply.ts';
import type { ApplyOptions, ApplyResult } from '../pipelines/result.ts';
import { wantedFolder, type FolderSpec } from './wanted-folder.ts';

/** How to create a folder. */
export interface CreateFolderOptions extends FolderSpec, CallOptions {
  /** Whether a folder that is there already will do, as it is. Default: false, which is a ConflictError then. */
  readonly ifMissing?: boolean | undefined;
  /** Whether folders on the way are created as well. Default: false, which is a NotFoundOrHiddenError then. */
  readonly parents?: boolean | undefined;
}

/** Creates, changes, lists and deletes folders. */
export class Folders {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Creates a folder. ConflictError when something else has its name; a lost answer creates nothing twice. */
  async create(address: ItemAddress, options: CreateFolderOptions = {}): Promise<ItemRef> {
    const path = pathOf(address);
    const { signal, timeoutMs, ifMissing = false, parents = false, ...spec } = options;
    const deadline = new Deadline(this.#connection.clock, { signal, timeoutMs });
    const onTheWay = parents ? path.slice(1).map((_, depth) => path.slice(0, depth + 1)) : [];
    for (const folder of onTheWay) await this.#make(folder, {}, true, deadline);
    await this.#make(path, spec, ifMissing, deadline);
    return new ItemRef(this.#connection, path);
  }

  /** Makes a folder be as specified, creating it when it is missing, and writes nothing when it is. */
  async apply(
    address: ItemAddress,
    spec: FolderSpec,
    options: Pick<ApplyOptions, 'verify' | keyof CallOptions> = {},
  ): Promise<ApplyResult> {
    return applyWanted(this.#connection, pathOf(address), wantedFolder(spec), options);
  }

  /** The folders in a folder, or at the root, read in pages. */
  async *list(parent: ItemAddress = [], options: CallOptions = {}): AsyncGenerator<Item, void, undefined> {
    for await (const child of new ItemRef(this.#connection, pathOf(parent)).children(options)) {
      if (child.kind === 'folder') yield child;
    }
  }

  /** Deletes a folder with all that is in it. */
  async delete(address: ItemAddress, options: CallOptions = {}): Promise<void> {
    await new ItemRef(this.#connection, pathOf(address)).delete(options);
  }

  async #make(path: ItemPath, spec: FolderSpec, ifMissing: boolean, deadline: Deadline): Promise<void> {
    if (ifMissing && (await this.#isFolder(path, deadline))) return;
    try {
      await applyWanted(this.#connection, path, wantedFolder(spec), { ...deadline.left(), mode: 'create' });
    } catch (error) {
      // Somebody else may have been faster.
      if (ifMissing && isJenkinsError(error, 'Conflict') && (await this.#isFolder(path, deadline))) return;
      throw error;
    }
  }

  async #isFolder(path: ItemPath, deadline: Deadline): Promise<boolean> {
    try {
      return (await new ItemRef(this.#connection, path).get(deadline.left())).kind === 'folder';
    } catch (error) {
      if (isJenkinsError(error, 'NotFoundOrHidden')) return false;
      throw error;
    }
  }
}
