import type { Clock } from '../connection.ts';
import type { Area } from './area.ts';
import { cascArea } from './areas/casc.ts';
import { converterArea } from './areas/converter.ts';
import { credentialsArea } from './areas/credentials.ts';
import { eventsArea } from './areas/events.ts';
import { formChecksArea } from './areas/form-checks.ts';
import { nodesArea } from './areas/nodes.ts';
import { pluginsArea } from './areas/plugins.ts';
import { scriptArea } from './areas/script.ts';
import { usersArea } from './areas/users.ts';
import { viewsArea } from './areas/views.ts';
import { againArea } from './builds/again-routes.ts';
import { buildArea } from './builds/build-routes.ts';
import { startArea } from './builds/start-routes.ts';
import type { Behaviour } from './builds/behaviour.ts';
import { FAKE_VERSION } from './error-pages.ts';
import { Faults, type FaultChoice } from './faults.ts';
import { createArea } from './items/create-routes.ts';
import { itemArea } from './items/item-routes.ts';
import type { Item } from './items/item.ts';
import type { FakeBranch } from './items/multibranch.ts';
import { scanArea } from './items/scan-routes.ts';
import { FakeJob } from './fake-job.ts';
import { artifactArea } from './run/artifact-routes.ts';
import { blueOceanArea } from './run/blue-ocean.ts';
import { graphViewArea } from './run/graph-view.ts';
import { inputArea, wfapiInputArea } from './run/input-routes.ts';
import { stepLogArea } from './run/step-log-routes.ts';
import { wfapiArea } from './run/wfapi.ts';
import { queueArea } from './queue/queue-routes.ts';
import { HttpServer, type LoggedRequest } from './server.ts';
import { systemArea } from './system/system-routes.ts';
import { DEFAULT_USERS, type FakeUser, type User } from './users.ts';
import { systemClock } from '../transport/system-clock.ts';
import { World, type FakePlugins } from './world.ts';

/** How a fake server is set up. */
export interface FakeOptions {
  /** The port on loopback; a free one unless told. */
  readonly port?: number;
  /** The path that Jenkins is installed under, such as `/jenkins`. */
  readonly prefix?: string;
  /** The root URL in the server's configuration; null for none. Its own address unless told. */
  readonly rootUrl?: string | null;
  /** `admin`, `dev`, `viewer` and `nobody` unless told. */
  readonly users?: readonly FakeUser[];
  /** Optional plugins; Blue Ocean, sse-gateway and the converter are missing unless told. */
  readonly plugins?: Partial<FakePlugins>;
  /** Whether a POST with a password needs a crumb; it does unless told. */
  readonly crumbs?: boolean;
  /** How long a build waits for more of the same, in milliseconds; 0 unless told. */
  readonly quietPeriodMs?: number;
  /** How long a scan of a multibranch pipeline takes, in milliseconds; 0 unless told: it is over when it is answered. */
  readonly scanMs?: number;
  /** How long the server is away when a client asks for a restart, in milliseconds; 0 unless told. */
  readonly restartMs?: number;
  /** Time, for tests that do not want to wait. */
  readonly clock?: Clock;
  readonly version?: string;
  /** What a Groovy script prints; nothing unless told. */
  readonly script?: (groovy: string) => string;
}

/** How a fake server restarts. */
export interface RestartOptions {
  /** How long it is away, in milliseconds; 0 unless told. */
  readonly downMs?: number;
  /** Whether the queue is lost, as when Jenkins is killed. */
  readonly crash?: boolean;
  /** Whether running builds end as ABORTED; they are resumed unless told. */
  readonly abortBuilds?: boolean;
}

const PLUGINS: FakePlugins = {
  wfapi: true,
  graphView: true,
  blueOcean: false,
  sse: false,
  converter: false,
  casc: true,
};

/**
 * Starts a Jenkins that lives in this process and holds all its state in memory. It answers as a Jenkins 2.516.2 was
 * recorded to answer. Give it back with `await using` or `close()`.
 *
 * ```ts
 * const fake = await startFakeJenkins();
 * fake.runs('team/p1', async (build) => {
 *   await build.stage('Test', () => build.step('sh', () => build.print('+ make test\n')));
 * });
 * const jenkins = connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token } });
 * // ...
 * await fake.close();
 * ```
 */
export async function startFakeJenkins(options: FakeOptions = {}): Promise<FakeJenkins> {
  const prefix = (options.prefix ?? '').replace(/\/+$/, '');
  const world = new World({
    users: options.users ?? DEFAULT_USERS,
    plugins: { ...PLUGINS, ...options.plugins },
    crumbs: options.crumbs ?? true,
    quietPeriodMs: options.quietPeriodMs ?? 0,
    scanMs: options.scanMs ?? 0,
    clock: options.clock ?? systemClock,
    version: options.version ?? FAKE_VERSION,
    script: options.script ?? (() => ''),
    prefix,
    rootUrl: options.rootUrl,
  });
  return FakeJenkins.start(world, options.port ?? 0, options.restartMs ?? 0);
}

/** A running fake server. */
export class FakeJenkins {
  readonly #world: World;
  readonly #faults: Faults;
  readonly #areas: readonly Area[];
  readonly #server: HttpServer;
  #port = 0;

  /** What `startFakeJenkins` calls. */
  static async start(world: World, port: number, restartMs: number): Promise<FakeJenkins> {
    const fake = new FakeJenkins(world, restartMs);
    fake.#port = await fake.#server.listen(port);
    return fake;
  }

  private constructor(world: World, restartMs: number) {
    this.#world = world;
    this.#faults = new Faults(world.clock, world.closing.signal);
    this.#areas = [
      systemArea(() => void this.restart({ downMs: restartMs })),
      itemArea,
      createArea,
      scanArea,
      startArea,
      queueArea,
      buildArea,
      againArea,
      stepLogArea,
      artifactArea,
      inputArea,
      ...(world.options.plugins.wfapi ? [wfapiArea, wfapiInputArea] : []),
      ...(world.options.plugins.graphView ? [graphViewArea] : []),
      ...(world.options.plugins.blueOcean ? [blueOceanArea] : []),
      credentialsArea(),
      nodesArea(),
      viewsArea,
      usersArea(),
      pluginsArea(),
      ...(world.options.plugins.casc ? [cascArea()] : []),
      ...(world.options.plugins.sse ? [eventsArea(world)] : []),
      ...(world.options.plugins.converter ? [converterArea(world.options.plugins.converter)] : []),
      formChecksArea,
      scriptArea,
    ];
    this.#server = new HttpServer(world, this.#areas, this.#faults);
  }

  /** The address, ending with a slash. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}${this.#world.options.prefix}/`;
  }

  /** The users by name, with `password` and `token`. */
  get users(): Readonly<Record<'admin' | 'dev' | 'viewer' | 'nobody', User>> &
    Readonly<Record<string, User>> {
    return Object.fromEntries(this.#world.users) as Record<'admin' | 'dev' | 'viewer' | 'nobody', User>;
  }

  /** What was asked, oldest first; the last 10,000. */
  get requests(): readonly LoggedRequest[] {
    return this.#server.requests;
  }

  /** Errors of this server itself and of functions given to it, at most 100. Clients saw 500 or a broken connection. */
  get failures(): readonly unknown[] {
    return this.#server.failures;
  }

  /** Forgets `requests`. */
  clearRequests(): void {
    this.#server.requests.length = 0;
  }

  /**
   * What builds do. `match` is the path of a job or a part of its script; a pattern for either; or a function.
   * The last one given that matches counts. Others print a short log and succeed.
   */
  runs(match: string | RegExp | ((job: FakeJob) => boolean), behaviour: Behaviour): void {
    this.#world.addBehaviour((job, script) => matches(match, job, script), behaviour);
  }

  /** What the next scan of a multibranch pipeline finds. */
  branches(path: string, branches: readonly FakeBranch[]): void {
    this.#world.setBranches(path, branches);
  }

  /** Lets requests go wrong; the function that comes back ends that. */
  fault(choice: FaultChoice): () => void {
    return this.#faults.add(choice);
  }

  /** A job or folder as the server has it; undefined when there is none. */
  job(path: string): FakeJob | undefined {
    const item = this.#world.root.find(path.split('/'));
    return item && new FakeJob(item);
  }

  /** Forgets the queue items that left the queue, as five minutes do. */
  expireQueueItems(): void {
    this.#world.queue.expire();
  }

  /**
   * Restarts: for `downMs` (0 unless told) every request is answered 503 and nothing is started. Then the server's
   * session is another one, logins are gone, and so are queue items that had left the queue; those that wait keep their
   * ids, since Jenkins saves its queue when it goes down. Running builds go on. With `crash` what waited is lost, too;
   * `abortBuilds` says that running builds did not survive.
   */
  async restart(options: RestartOptions = {}): Promise<void> {
    this.#world.down = true;
    this.#world.queue.hold(true);
    if (options.abortBuilds) await this.#world.killBuilds();
    try {
      if (options.downMs) await this.#world.clock.sleep(options.downMs, this.#world.closing.signal);
    } catch {
      return; // The server was closed meanwhile: it does not come up again.
    }
    this.#world.restarted(options.crash ?? false);
    for (const area of this.#areas) area.restarted?.();
    this.#world.down = false;
  }

  /** Stops: connections are closed, running builds end. */
  async close(): Promise<void> {
    await this.#world.close();
    await this.#server.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function matches(
  match: string | RegExp | ((job: FakeJob) => boolean),
  job: Item,
  script: string | undefined,
): boolean {
  if (typeof match === 'function') return match(new FakeJob(job));
  if (typeof match === 'string') return job.fullName === match || (script?.includes(match) ?? false);
  return match.test(job.fullName) || (script !== undefined && match.test(script));
}
