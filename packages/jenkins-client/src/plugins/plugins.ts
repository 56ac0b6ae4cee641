import type { CallOptions, Connection } from '../connection.ts';
import { expected, expectedObjects } from '../expected.ts';
import { segment } from '../address/segment.ts';
import { objectOf, objectsOf, textOf, type JsonObject } from '../json-shape.ts';
import { installPlugins, type InstallOptions } from './install-plugins.ts';

/** An installed plugin. */
export interface Plugin {
  /** Its id, such as `workflow-job`. */
  readonly shortName: string;
  readonly name: string;
  readonly version: string;
  /** Whether it runs now; `enabled` is whether it will after the next start. */
  readonly active: boolean;
  readonly enabled: boolean;
  /** Whether the update centre offers a newer version. */
  readonly hasUpdate: boolean;
  readonly dependencies: readonly PluginDependency[];
}

/** A plugin that another one needs, in at least this version. */
export interface PluginDependency {
  readonly shortName: string;
  readonly version: string;
  readonly optional: boolean;
}

/** What the update centre is doing. */
export interface UpdateCenter {
  /** Whether something that was installed waits for a restart. */
  readonly restartRequired: boolean;
  /** How many installations are under way or done since the start. */
  readonly jobs: number;
  readonly sites: readonly { readonly id: string; readonly url: string }[];
}

/**
 * The plugins of the server. All of it takes the permission to administer (ForbiddenError); `capabilities()` tells
 * without it which of the plugins that this client uses are there. To install and to uninstall was read in the source
 * of Jenkins, not tried.
 */
export class Plugins {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** All installed plugins. */
  async list(options: CallOptions = {}): Promise<readonly Plugin[]> {
    const fields =
      'shortName,version,active,enabled,hasUpdate,pinned,longName,dependencies[shortName,version,optional]';
    const path = 'pluginManager/api/json';
    const answer = await this.#connection.request({
      ...options,
      path,
      query: { tree: `plugins[${fields}]` },
    });
    return expectedObjects(objectOf(await answer.json())?.['plugins'], 'the plugins').map(readPlugin);
  }

  /**
   * Installs the newest versions that the update centre offers, with what they depend on, and waits until that is done.
   * Tells whether something waits for a restart of the server, as updates of plugins that run always do. Throws
   * InvalidError for a plugin that is not offered, ServerFaultError when one could not be installed.
   */
  async install(
    names: readonly string[],
    options: InstallOptions = {},
  ): Promise<{ readonly restartRequired: boolean }> {
    return installPlugins(this.#connection, names, options);
  }

  /** Removes a plugin; it runs until the server is restarted. NotFoundOrHiddenError when there is none of that id. */
  async uninstall(shortName: string, options: CallOptions = {}): Promise<void> {
    // PluginWrapper.doDoUninstall
    const path = `pluginManager/plugin/${segment(shortName, 'id of a plugin')}/doUninstall`;
    const answer = await this.#connection.request({ ...options, method: 'POST', path, accept: [302] });
    await answer.discard();
  }

  /** Lets the update centre ask its sites now what they offer; else it does so once a day. Takes a while. */
  async checkForUpdates(options: CallOptions = {}): Promise<void> {
    // PluginManager.doCheckUpdatesServer goes back to where the browser came from; without that, to where it is.
    const path = 'pluginManager/checkUpdatesServer';
    const answer = await this.#connection.request({
      ...options,
      method: 'POST',
      path,
      accept: [302],
      repeatable: true,
    });
    await answer.discard();
  }

  /** What the update centre is doing. */
  async updateCenter(options: CallOptions = {}): Promise<UpdateCenter> {
    const query = { tree: 'jobs[*],restartRequiredForCompletion,sites[id,url]' };
    const answer = await this.#connection.request({ ...options, path: 'updateCenter/api/json', query });
    const wire = expected(objectOf(await answer.json()), 'the update centre');
    return {
      restartRequired: wire['restartRequiredForCompletion'] === true,
      jobs: expectedObjects(wire['jobs'], 'the jobs of the update centre').length,
      sites: objectsOf(wire['sites']).map((site) => ({
        id: textOf(site['id']) ?? '',
        url: textOf(site['url']) ?? '',
      })),
    };
  }
}

function readPlugin(wire: JsonObject): Plugin {
  const shortName = expected(textOf(wire['shortName']), 'the id of a plugin');
  return {
    shortName,
    name: textOf(wire['longName']) ?? shortName,
    version: expected(textOf(wire['version']), 'the version of a plugin'),
    active: wire['active'] === true,
    enabled: wire['enabled'] === true,
    hasUpdate: wire['hasUpdate'] === true,
    dependencies: objectsOf(wire['dependencies']).map((dependency) => ({
      shortName: expected(textOf(dependency['shortName']), 'a dependency of a plugin'),
      version: textOf(dependency['version']) ?? '',
      optional: dependency['optional'] === true,
    })),
  };
}
