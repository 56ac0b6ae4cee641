/// <reference lib="esnext.disposable" preserve="true" />
import type { Capabilities } from './capabilities.ts';
import type { CallOptions, Connection, JenkinsRequest, JenkinsResponse } from './connection.ts';
import { Credentials } from './credentials/credentials.ts';
import { itemPath } from './address/item-path.ts';
import { Folders } from './folders/folders.ts';
import { ItemRef } from './items/item.ts';
import { Pipelines } from './pipelines/pipelines.ts';
import { Script } from './system/script.ts';
import { System } from './system/system.ts';
import { Casc } from './casc/casc.ts';
import { Converter } from './converter/converter.ts';
import { Labels } from './labels/labels.ts';
import { Nodes } from './nodes/nodes.ts';
import { BuildEvents, type EventsOptions } from './events/build-events.ts';
import { Plugins } from './plugins/plugins.ts';
import { Queue } from './queue/queue.ts';
import { Users } from './users/users.ts';
import { Views } from './views/views.ts';

/** A Jenkins server. Each property is one area of it; all share one connection. */
export class Jenkins {
  readonly connection: Connection;
  readonly folders: Folders;
  readonly pipelines: Pipelines;
  readonly queue: Queue;
  readonly credentials: Credentials;
  readonly nodes: Nodes;
  readonly labels: Labels;
  readonly views: Views;
  readonly plugins: Plugins;
  readonly users: Users;
  readonly casc: Casc;
  readonly converter: Converter;
  readonly system: System;
  readonly script: Script;

  constructor(connection: Connection & { close(): Promise<void> }, allowScript = false) {
    this.connection = connection;
    this.#close = () => connection.close();
    this.folders = new Folders(connection);
    this.pipelines = new Pipelines(connection);
    this.queue = new Queue(connection);
    this.credentials = new Credentials(connection);
    this.nodes = new Nodes(connection);
    this.labels = new Labels(connection);
    this.views = new Views(connection);
    this.plugins = new Plugins(connection);
    this.users = new Users(connection);
    this.casc = new Casc(connection);
    this.converter = new Converter(connection);
    this.system = new System(connection);
    this.script = new Script(connection, allowScript);
  }

  readonly #close: () => Promise<void>;

  /** The server's address, ending with a slash. */
  get url(): URL {
    return this.connection.url;
  }

  /** An item by names or paths of names; the root without any. No request is sent. */
  item(...path: readonly string[]): ItemRef {
    return new ItemRef(this.connection, itemPath(...path));
  }

  /** What the server can; asked once per start of the server. */
  capabilities(options?: CallOptions): Promise<Capabilities> {
    return this.connection.capabilities(options);
  }

  /** What happens to builds, from now on: see `BuildEvents`. Nothing is asked before it is iterated. */
  events(options?: EventsOptions): BuildEvents {
    return new BuildEvents(this.connection, options);
  }

  /** For routes that this client does not know: authentication, crumbs, retries and typed errors are applied. */
  readonly raw = {
    request: (request: JenkinsRequest): Promise<JenkinsResponse> => this.connection.request(request),
  };

  /**
   * Closes the client: what is under way, logs and events that are followed, too, ends with an AbortedError, and so does
   * what is asked later.
   */
  async close(): Promise<void> {
    await this.#close();
  }

  /** Closes the client at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
