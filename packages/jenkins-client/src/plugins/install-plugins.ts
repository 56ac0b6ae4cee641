import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { InvalidError, ServerFaultError } from '../errors.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf, textOf, type JsonObject } from '../json-shape.ts';
import { Pace, throughOutages } from '../waiting.ts';

/** How to install plugins. */
export interface InstallOptions extends CallOptions {
  /** Whether to start them at once where that can be done, the default; `false` leaves it to the next restart. */
  readonly start?: boolean | undefined;
}

/** One job of the update centre, as far as it matters. */
interface Job {
  /** Of the plugin; jobs of other kinds have none. */
  readonly name: string | undefined;
  readonly state: string | undefined;
  readonly problem: string | undefined;
}

/** `Skipped` stands only for a moment, before the outcome takes its place (UpdateCenter.InstallationJob). */
const underWay: readonly unknown[] = ['Pending', 'Installing', 'Running', 'Skipped'];

/**
 * Installs plugins by the JSON route of Jenkins' setup wizard (PluginManager.doInstallPlugins), which works at any time,
 * and waits until the update centre has nothing more to do: the dependencies of a plugin are jobs of their own, and the
 * last job starts what was loaded (UpdateCenter.CompleteBatchJob). Read in source, not tried.
 */
export async function installPlugins(
  connection: Connection,
  names: readonly string[],
  { start = true, ...options }: InstallOptions,
): Promise<{ readonly restartRequired: boolean }> {
  if (names.length === 0) return { restartRequired: false };
  // As Jenkins reads them, a dot parts the plugin from the site that offers it.
  const odd = names.find((name) => !/^[\w-]+$/u.test(name));
  if (odd !== undefined) throw new InvalidError(`"${odd}" is no id of a plugin, such as "workflow-job".`);
  const deadline = new Deadline(connection.clock, options);
  await order(connection, names, start, deadline.left());
  const pace = new Pace(500, 5000);
  for (;;) {
    const { jobs, restartRequired } = await throughOutages(connection.clock, deadline, (call) =>
      look(connection, call),
    );
    if (!jobs.some(({ state }) => underWay.includes(state))) {
      checkOutcome(names, jobs);
      return { restartRequired };
    }
    await deadline.sleep(pace.next());
  }
}

async function order(
  connection: Connection,
  plugins: readonly string[],
  dynamicLoad: boolean,
  options: CallOptions,
): Promise<void> {
  const path = 'pluginManager/installPlugins';
  const json = { dynamicLoad, plugins };
  const request = { ...options, method: 'POST', path, json } as const;
  const answer = expected(
    objectOf(await (await connection.request(request)).json()),
    'the installation of plugins',
  );
  if (answer['status'] === 'ok') return;
  throw new InvalidError(
    `Jenkins does not install ${plugins.join(', ')}: ${textOf(answer['message']) ?? 'it does not say why'}. When the plugin is new, let the update centre look with checkForUpdates(). Those named before it may be installed.`,
    { method: 'POST', path },
  );
}

async function look(
  connection: Connection,
  options: CallOptions,
): Promise<{ jobs: readonly Job[]; restartRequired: boolean }> {
  const query = { tree: 'jobs[name,errorMessage,status[type]],restartRequiredForCompletion' };
  const answer = await connection.request({ ...options, path: 'updateCenter/api/json', query });
  const wire = expected(objectOf(await answer.json()), 'the update centre');
  const jobs = expectedObjects(wire['jobs'], 'the jobs of the update centre').map(readJob);
  return { jobs, restartRequired: wire['restartRequiredForCompletion'] === true };
}

function readJob(wire: JsonObject): Job {
  const status = objectOf(wire['status']);
  return {
    name: textOf(wire['name']),
    // The job that starts the plugins tells its state by the class alone.
    state: textOf(status?.['type']) ?? textOf(status?.['_class'])?.split('$').at(-1),
    problem: textOf(wire['errorMessage']),
  };
}

/** The list goes back to the start of the server, so that of each plugin the last job counts. */
function checkOutcome(names: readonly string[], jobs: readonly Job[]): void {
  const last = names.map((name) => jobs.findLast((job) => job.name === name));
  if (last.includes(undefined)) {
    throw new ServerFaultError(
      `The update centre knows nothing of ${names.join(', ')}: the server was restarted before they were installed. Look with list() and install again what is missing.`,
    );
  }
  const failed = last.filter((job) => job?.state === 'Failure');
  if (failed.length === 0) return;
  const reasons = failed.map((job) => `${job?.name}: ${job?.problem ?? "see the server's log"}`);
  throw new ServerFaultError(`Jenkins could not install all plugins. ${reasons.join('; ')}`);
}
