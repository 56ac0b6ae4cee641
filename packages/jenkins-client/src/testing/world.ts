import type { Clock } from '../connection.ts';
import type { FakeConverter } from './areas/fake-converter.ts';
import type { Build } from './builds/build.ts';
import { DEFAULT_BEHAVIOUR, type Behaviour } from './builds/behaviour.ts';
import { runBuild } from './builds/run-build.ts';
import { Configuration } from './items/configuration.ts';
import { Item } from './items/item.ts';
import type { FakeBranch } from './items/multibranch.ts';
import { Queue } from './queue/queue.ts';
import { Sessions, Users, type FakeUser } from './users.ts';

/** The optional parts of the server, each as if its plugin were installed. */
export interface FakePlugins {
  /** pipeline-rest-api. */
  readonly wfapi: boolean;
  /** pipeline-graph-view. */
  readonly graphView: boolean;
  /** Blue Ocean's REST interface. */
  readonly blueOcean: boolean;
  /** sse-gateway. */
  readonly sse: boolean;
  /** The converter of pipeline-model-definition; the functions that it answers with. */
  readonly converter: FakeConverter | false;
  /** configuration-as-code. */
  readonly casc: boolean;
}

/** What a fake server is made of; `FakeOptions` with all defaults filled in. */
export interface WorldOptions {
  readonly users: readonly FakeUser[];
  readonly plugins: FakePlugins;
  readonly crumbs: boolean;
  readonly quietPeriodMs: number;
  readonly scanMs: number;
  readonly clock: Clock;
  readonly version: string;
  /** What a Groovy script prints. */
  readonly script: (groovy: string) => string;
  /** The path that the server lives under, such as `/jenkins`; empty for none. */
  readonly prefix: string;
  /** The root URL that an administrator configured; null when none is, undefined for the address it is reached at. */
  readonly rootUrl: string | null | undefined;
}

/** Something happened to a build or queue item; the areas may tell listeners. */
export type WorldEvent =
  { readonly type: 'started'; readonly build: Build } | { readonly type: 'ended'; readonly build: Build };

type Matcher = (job: Item, script: string | undefined) => boolean;

/** The state of a fake server. Areas read and change it; `FakeJenkins` shows it to tests. */
export class World {
  readonly options: WorldOptions;
  readonly clock: Clock;
  readonly users: Users;
  readonly sessions = new Sessions();
  readonly root = new Item('root', '', undefined, Configuration.empty('folder'));
  readonly queue: Queue;
  readonly listeners = new Set<(event: WorldEvent) => void>();
  /** `X-Jenkins-Session`: another one after each restart. */
  session = newSession();
  quietingDown = false;
  quietDownReason: string | null = null;
  /** Aborted when the server is closed. */
  readonly closing = new AbortController();
  /** While the server restarts it answers 503, or nothing at all. */
  down = false;
  readonly #behaviours: { readonly matches: Matcher; readonly behaviour: Behaviour }[] = [];
  readonly #branches = new Map<string, readonly FakeBranch[]>();
  readonly #running = new Map<Build, Promise<void>>();

  constructor(options: WorldOptions) {
    this.options = options;
    this.clock = options.clock;
    this.users = new Users(options.users);
    this.queue = new Queue(options.clock, (build) => this.#run(build));
  }

  /** What builds do whose job matches; the last one added that matches counts. */
  addBehaviour(matches: Matcher, behaviour: Behaviour): void {
    this.#behaviours.unshift({ matches, behaviour });
  }

  setBranches(path: string, branches: readonly FakeBranch[]): void {
    this.#branches.set(path, branches);
  }

  branchesOf(project: Item): readonly FakeBranch[] {
    return this.#branches.get(project.fullName) ?? [];
  }

  emit(event: WorldEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  /** All running builds. */
  get runningBuilds(): readonly Build[] {
    return [...this.#running.keys()];
  }

  /** Another session: logins die, and of the queue what had left; in a crash all of it. */
  restarted(crashed: boolean): void {
    this.session = newSession();
    this.sessions.clear();
    if (crashed) this.queue.lose();
    else this.queue.expire();
    this.quietingDown = false;
    this.quietDownReason = null;
    this.queue.hold(false);
  }

  /** Kills all running builds; resolves when they have ended. */
  async killBuilds(): Promise<void> {
    for (const build of this.runningBuilds) build.kill();
    await Promise.all(this.#running.values());
  }

  /** Ends the queue and all builds. */
  async close(): Promise<void> {
    this.closing.abort();
    this.queue.close();
    await this.killBuilds();
  }

  #run(build: Build): Promise<void> {
    const found = this.#behaviours.find(({ matches }) => matches(build.job, build.script));
    this.emit({ type: 'started', build });
    const run = this.#runToEnd(build, found?.behaviour ?? DEFAULT_BEHAVIOUR);
    this.#running.set(build, run);
    return run.finally(() => this.#running.delete(build));
  }

  async #runToEnd(build: Build, behaviour: Behaviour): Promise<void> {
    await runBuild(build, behaviour, this.clock);
    discardOld(build.job);
    this.emit({ type: 'ended', build });
  }
}

function discardOld(job: Item): void {
  const keep = job.config.buildsToKeep;
  if (keep === undefined) return;
  for (const build of job.newest.slice(keep))
    if (!build.keepLog && !build.running) job.builds.delete(build.number);
}

function newSession(): string {
  return crypto.randomUUID().slice(0, 8);
}
