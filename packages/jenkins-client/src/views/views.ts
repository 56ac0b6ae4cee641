import { itemRoute, pathOf, type ItemAddress, type ItemPath } from '../address/item-path.ts';
import { segment } from '../address/segment.ts';
import type { CallOptions, Connection, JenkinsRequest } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { AppliedDifferentlyError, ConflictError, isJenkinsError } from '../errors.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf, textOf } from '../json-shape.ts';
import { encodeView, type ViewSpec } from './view-spec.ts';

/** A view and what it shows. */
export interface View {
  readonly name: string;
  readonly description: string | undefined;
  /** The items that it shows now, by their paths from the root. */
  readonly jobs: readonly ItemPath[];
}

/** The views of Jenkins itself, or of a folder: its routes are the same (read in the source of cloudbees-folder, not tried). */
export class Views {
  readonly #connection: Connection;
  readonly #folder: ItemPath;

  constructor(connection: Connection, folder: ItemPath = []) {
    this.#connection = connection;
    this.#folder = folder;
  }

  /** The views of a folder, given by its path or by anything that has one. No request. */
  in(folder: ItemAddress): Views {
    return new Views(this.#connection, pathOf(folder));
  }

  /** The names of all views. */
  async list(options: CallOptions = {}): Promise<readonly string[]> {
    const path = itemRoute(this.#folder, 'api/json');
    const answer = await this.#connection.request({ ...options, path, query: { tree: 'views[name]' } });
    const views = expectedObjects(objectOf(await answer.json())?.['views'], 'the views');
    return views.map((view) => expected(textOf(view['name']), 'the name of a view'));
  }

  /** One view; NotFoundOrHiddenError when there is none. */
  async get(name: string, options: CallOptions = {}): Promise<View> {
    const query = { tree: 'name,description,url,jobs[fullName]' };
    const answer = await this.#connection.request({ ...options, path: this.#path(name, 'api/json'), query });
    const wire = expected(objectOf(await answer.json()), 'a view');
    return {
      name: expected(textOf(wire['name']), 'the name of a view'),
      description: textOf(wire['description']) || undefined,
      jobs: expectedObjects(wire['jobs'], 'the items of a view').map((job) =>
        expected(textOf(job['fullName']), 'an item of a view').split('/'),
      ),
    };
  }

  /**
   * Makes a list view: first an empty one, which is all that Jenkins does at once, then its configuration.
   * ConflictError when there is one of that name.
   */
  async create(name: string, spec: ViewSpec = {}, options: CallOptions = {}): Promise<View> {
    const deadline = new Deadline(this.#connection.clock, options);
    const mode = 'hudson.model.ListView';
    const form = { name, mode, json: JSON.stringify({ name, mode }) };
    // Checked here, since a name that no path can hold would make a view that nobody can delete.
    segment(name, 'name of a view');
    encodeView(name, spec);
    try {
      await this.#post(itemRoute(this.#folder, 'createView'), { form, accept: [302] }, deadline.left());
    } catch (error) {
      if (isJenkinsError(error, 'Invalid') && /already exists/iu.test(error.message)) {
        throw new ConflictError(`There is a view "${name}" already. Configure it, or choose another name.`, {
          cause: error,
        });
      }
      throw error;
    }
    return this.configure(name, spec, deadline.left());
  }

  /**
   * Replaces the configuration of a list view as a whole: what the specification does not say goes back to its
   * default, and filters of other plugins are lost. AppliedDifferentlyError when Jenkins does not show what was asked
   * for, as for an item that is not there.
   */
  async configure(name: string, spec: ViewSpec, options: CallOptions = {}): Promise<View> {
    const deadline = new Deadline(this.#connection.clock, options);
    const form = encodeView(name, spec);
    const path = this.#path(name, 'configSubmit');
    await this.#post(path, { form, accept: [302], repeatable: true }, deadline.left());
    const view = await this.get(name, deadline.left());
    const shown = new Set(view.jobs.map((job) => job.join('/')));
    // An item that the status leaves out is not missing.
    const wanted = spec.status === undefined ? (spec.jobs ?? []) : [];
    const differing = wanted
      .filter((job) => !shown.has([...this.#folder, job].join('/')))
      .map((job) => `jobs.${job}`);
    if ((view.description ?? '') !== (spec.description ?? '')) differing.push('description');
    if (differing.length === 0) return view;
    throw new AppliedDifferentlyError(
      `Jenkins took the view "${name}" but does not show ${differing.join(', ')} as asked.`,
      differing,
    );
  }

  /** Adds an item by its name below the view's folder; nothing when it is shown. InvalidError when there is none. */
  async addJob(name: string, job: string, options: CallOptions = {}): Promise<void> {
    const path = this.#path(name, 'addJobToView');
    await this.#post(path, { query: { name: job }, repeatable: true }, options);
  }

  /** Takes an item out of the view; nothing when it is not in it, or only by the view's pattern. */
  async removeJob(name: string, job: string, options: CallOptions = {}): Promise<void> {
    const path = this.#path(name, 'removeJobFromView');
    await this.#post(path, { query: { name: job }, repeatable: true }, options);
  }

  /** Deletes a view, not its items; NotFoundOrHiddenError when there is none. */
  async delete(name: string, options: CallOptions = {}): Promise<void> {
    await this.#post(this.#path(name, 'doDelete'), { accept: [302] }, options);
  }

  #path(name: string, route: string): string {
    return itemRoute(this.#folder, `view/${segment(name, 'name of a view')}/${route}`);
  }

  async #post(path: string, request: Partial<JenkinsRequest>, options: CallOptions): Promise<void> {
    const answer = await this.#connection.request({ ...options, ...request, method: 'POST', path });
    await answer.discard();
  }
}
