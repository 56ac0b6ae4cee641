import { probeRun, probeServer, type Capabilities, type RunCapabilities } from './capabilities.ts';
import type { Connection } from './connection.ts';

interface Known {
  /** The server session that was asked; undefined until the answer tells. */
  session: string | undefined;
  readonly server: Promise<Capabilities>;
  run: Promise<RunCapabilities | undefined> | undefined;
}

/**
 * What the server can, asked once per start of the server, however many calls wait for it. The questions serve all who
 * wait, so they have the connection's own deadline, not that of one caller.
 */
export class CapabilityCache {
  readonly #connection: Connection;
  #known: Known | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** With a build, the plugins that only builds show are asked there, until one could tell. */
  async get(build: string | undefined): Promise<Capabilities> {
    const known = this.#current();
    const capabilities = await known.server;
    if (build === undefined) return capabilities;
    if (!known.run) {
      const run = probeRun(this.#connection, build, {});
      known.run = run;
      run.then(
        (told) => (told ? undefined : (known.run = undefined)),
        () => (known.run = undefined),
      );
    }
    return withRun(capabilities, await known.run);
  }

  #current(): Known {
    const { serverSession } = this.#connection;
    if (this.#known && (this.#known.session ?? serverSession) === serverSession) return this.#known;
    const known: Known = {
      session: serverSession,
      server: probeServer(this.#connection, {}),
      run: undefined,
    };
    this.#known = known;
    known.server.then(
      ({ session }) => (known.session = session),
      () => {
        if (this.#known === known) this.#known = undefined;
      },
    );
    return known;
  }
}

/** A plugin list is surer than a build, but does not tell the path of pipeline-graph-view. */
function withRun(capabilities: Capabilities, run: RunCapabilities | undefined): Capabilities {
  if (!run) return capabilities;
  if (!capabilities.plugins) return { ...capabilities, ...run };
  return { ...capabilities, graphView: capabilities.graphView && (run.graphView ?? capabilities.graphView) };
}
