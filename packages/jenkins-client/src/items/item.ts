import { branchItemName } from '../address/branch-name.ts';
import { itemPath, itemRoute, pathOf, type ItemAddress, type ItemPath } from '../address/item-path.ts';
import type { Permalink } from '../builds/build-address.ts';
import { BuildRef, requestBuild, type BuildRequest } from '../builds/build-ref.ts';
import { buildTree, parseBuild, type Build } from '../builds/build.ts';
import { jobParameters } from '../builds/job-parameters.ts';
import { listBuilds, type ListBuildsOptions } from '../builds/list-builds.ts';
import type { ParameterDefinition } from '../builds/parameter-definition.ts';
import type { ParameterValues } from '../builds/parameter-values.ts';
import type { StartOptions } from '../builds/start.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { InvalidError, isJenkinsError, UnsupportedError } from '../errors.ts';
import { expected } from '../expected.ts';
import { objectOf } from '../json-shape.ts';
import { BuildLog } from '../log/build-log.ts';
import type { LogOptions } from '../log/log-chunk.ts';
import type { Selection } from '../select.ts';
import { withBranchHint } from './branch-hint.ts';
import { copyItem } from './copy-item.ts';
import { isTaken, taken } from './create-item.ts';
import { deleteItem } from './delete-item.ts';
import { describeItem } from './describe-item.ts';
import { classOf } from './item-class.ts';
import { itemTree, kindOf, parseItem, type Item } from './item-state.ts';
import { listBranches, type Branch } from './list-branches.ts';
import { listChildren } from './list-children.ts';
import { moveItem } from './move-item.ts';
import { checkNewName } from './new-name.ts';
import { scanItem } from './scan.ts';

/**
 * A folder, a pipeline, or anything else that has a place in Jenkins, by its path. It is only an address: nothing is
 * asked before a method is called, and the item need not exist. Methods throw NotFoundOrHiddenError when it does not.
 */
export class ItemRef {
  readonly connection: Connection;
  readonly path: ItemPath;

  constructor(connection: Connection, path: ItemPath) {
    this.connection = connection;
    this.path = path;
  }

  /** The last part of the path; empty for the root. */
  get name(): string {
    return this.path.at(-1) ?? '';
  }

  /** The folder it is in; undefined for the root. */
  get parent(): ItemRef | undefined {
    return this.path.length === 0 ? undefined : new ItemRef(this.connection, this.path.slice(0, -1));
  }

  /** An item below this one, by names or paths of names. */
  item(...path: readonly string[]): ItemRef {
    return new ItemRef(this.connection, [...this.path, ...itemPath(...path)]);
  }

  /** The pipeline of a branch, tag or pull request, by its name in the repository, such as `feature/x`. */
  branch(name: string): ItemRef {
    return new ItemRef(this.connection, [...this.path, branchItemName(name)]);
  }

  /** The item; or what a selection asks for. */
  get(options?: CallOptions): Promise<Item>;
  get<T>(selection: Selection<T>, options?: CallOptions): Promise<T>;
  async get<T>(first?: Selection<T> | CallOptions, second?: CallOptions): Promise<T | Item> {
    const selection = first !== undefined && 'tree' in first ? first : undefined;
    if (!selection && this.path.length === 0)
      throw new InvalidError('The root has neither name nor kind: give a selection of what to read of it.');
    const options = selection ? second : (first as CallOptions | undefined);
    const response = await this.connection.request({
      ...options,
      path: itemRoute(this.path, 'api/json'),
      query: { tree: selection?.tree ?? itemTree },
    });
    return selection ? response.json<T>() : parseItem(await response.json<unknown>());
  }

  /** Whether it exists and the user may see it: Jenkins does not tell these apart. */
  async exists(options: CallOptions = {}): Promise<boolean> {
    try {
      const path = itemRoute(this.path, 'api/json');
      const response = await this.connection.request({ ...options, path, query: { tree: 'name' } });
      // Read, since the login page of a proxy comes with 200, too.
      expected(objectOf(await response.json<unknown>()), 'an item');
      return true;
    } catch (error) {
      if (isJenkinsError(error, 'NotFoundOrHidden')) return false;
      throw error;
    }
  }

  /** What is in this folder or multibranch pipeline, read in pages. */
  async *children(options: CallOptions = {}): AsyncGenerator<Item, void, undefined> {
    for await (const child of listChildren(this.connection, this.path, itemTree, options))
      yield parseItem(child);
  }

  /** The pipelines of this multibranch pipeline, read in pages. */
  branches(options: CallOptions = {}): AsyncGenerator<Branch, void, undefined> {
    return listBranches(this.connection, this.path, options);
  }

  /**
   * Deletes it with all that is in it. The pipeline of a branch goes with the branch, unless that is gone already:
   * UnsupportedError.
   */
  async delete(options: CallOptions = {}): Promise<void> {
    const deadline = new Deadline(this.connection.clock, options);
    await withBranchHint(this, deadline, deleteItem(this.connection, this.path, deadline));
  }

  /** Gives it another name. ConflictError when that is taken. */
  async rename(newName: string, options: CallOptions = {}): Promise<ItemRef> {
    const renamed = new ItemRef(this.connection, [...this.path.slice(0, -1), ...itemPath(newName)]);
    if (renamed.path.length !== this.path.length) {
      throw new InvalidError(`"${newName}" is a path. Give a name; moveTo takes an item to another folder.`);
    }
    checkNewName(newName);
    await this.#post('confirmRename', { newName }, options, renamed.path);
    return renamed;
  }

  /** Takes it to another folder; `[]` is the root. ConflictError when the folder does not take it. */
  async moveTo(folder: ItemAddress, options: CallOptions = {}): Promise<ItemRef> {
    const moved = await moveItem(this.connection, this.path, pathOf(folder), options);
    return new ItemRef(this.connection, moved);
  }

  /**
   * Copies its configuration to another path, a folder with all that is in it, ready to be built. Builds stay behind.
   * ConflictError when the path is taken.
   */
  async copyTo(target: ItemAddress, options: CallOptions = {}): Promise<ItemRef> {
    const path = pathOf(target);
    await copyItem(this.connection, this.path, path, new Deadline(this.connection.clock, options));
    return new ItemRef(this.connection, path);
  }

  /** Lets builds start again. UnsupportedError for the pipeline of a branch. */
  enable(options: CallOptions = {}): Promise<void> {
    return this.#switch('enable', options);
  }

  /** Lets no builds start. UnsupportedError for the pipeline of a branch, and for a folder. */
  disable(options: CallOptions = {}): Promise<void> {
    return this.#switch('disable', options);
  }

  /** Sets its description; an empty text removes it. */
  describe(description: string, options: CallOptions = {}): Promise<void> {
    const deadline = new Deadline(this.connection.clock, options);
    return describeItem(this.connection, this.path, description, deadline);
  }

  /** Looks for branches now; `scanLog` tells how it goes. DisabledError when this is disabled. */
  scan(options: CallOptions = {}): Promise<void> {
    return scanItem(this.connection, this.path, options);
  }

  /** The log of the last scan, or of the one under way. */
  scanLog(options: LogOptions = {}): BuildLog {
    const logText = itemRoute(this.path, 'indexing/logText');
    const plain = { path: itemRoute(this.path, 'indexing/consoleText') };
    return new BuildLog(this.connection, { logText, plain }, options);
  }

  /** Puts a build into the queue. Parameters that are left out have their defaults; see `startBuild` for errors. */
  build(parameters: ParameterValues = {}, options: StartOptions = {}): Promise<BuildRequest> {
    return requestBuild(this.connection, this.path, parameters, options);
  }

  /** Its builds, newest first, read in pages. */
  async *builds(options: ListBuildsOptions = {}): AsyncGenerator<Build, void, undefined> {
    for await (const build of listBuilds(this.connection, this.path, buildTree, options))
      yield parseBuild(build);
  }

  /** A build of it, by number or permalink. */
  buildRef<Id extends number | Permalink>(number: Id): BuildRef<Id> {
    return new BuildRef(this.connection, this.path, number);
  }

  /** What a start asks for. */
  parameters(options: CallOptions = {}): Promise<readonly ParameterDefinition[]> {
    return jobParameters(this.connection, this.path, options);
  }

  async #switch(route: 'enable' | 'disable', options: CallOptions): Promise<void> {
    const deadline = new Deadline(this.connection.clock, options);
    // Jenkins answers as if it had been done (AbstractFolder.makeDisabled of cloudbees-folder, read in the source).
    if (route === 'disable' && kindOf(await classOf(this.connection, this.path, deadline)) === 'folder') {
      throw new UnsupportedError(`${this.path.join('/')} is a folder: disable what is in it.`);
    }
    await withBranchHint(this, deadline, this.#post(route, {}, deadline.left()));
  }

  /** Sends a form that may be sent twice, except for those that give the item another place. */
  async #post(
    route: string,
    form: Readonly<Record<string, string>>,
    options: CallOptions,
    place?: ItemPath,
  ): Promise<void> {
    try {
      const response = await this.connection.request({
        ...options,
        method: 'POST',
        path: itemRoute(this.path, route),
        form,
        accept: [302],
        repeatable: place === undefined,
      });
      await response.discard();
    } catch (error) {
      throw place !== undefined && isTaken(error) ? taken(place.join('/'), error) : error;
    }
  }
}
