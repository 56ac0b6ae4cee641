import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LogHub } from '../logs/log-hub.ts';
import { Execution } from './execution.ts';
import type { ExecutionState, StopReason, TaskPlan } from './plan.ts';
import { PodFolder } from './pod-folder.ts';
import { killStragglers } from './process-table.ts';
import { Spawner } from './spawner.ts';
import { claimFolder, removeRunVolumes } from './volumes.ts';

/** Settings of the executor. */
export interface ExecutorOptions {
  /** Where everything is kept. */
  dataFolder: string;
  /** How many pods run at the same time. */
  concurrency: number;
  /** How many more may wait. */
  maxQueued?: number;
  /** Between SIGTERM and SIGKILL, milliseconds. */
  graceMs?: number;
  /** Where PATH and LANG of the steps come from. */
  environment?: NodeJS.ProcessEnv;
  /** Told of every change of a pod. */
  changed: (plan: TaskPlan, state: ExecutionState) => void;
  /** Told of what went wrong without being the fault of a pod. */
  problem: (error: unknown, what: string) => void;
}

/** What became of a submission: `lost` was claimed before, by a life of this program that ended without it. */
export type Submission = 'accepted' | 'known' | 'lost' | 'full';

/** Runs pods as processes of this machine: at most so many at once, each at most once. */
export class Executor {
  readonly hub = new LogHub();
  readonly #options: ExecutorOptions;
  readonly #podsFolder: string;
  readonly #spawner = new Spawner();
  readonly #executions = new Map<string, Execution>();
  readonly #ended = new Map<string, Promise<void>>();
  /** Kept until the pod is gone, so that a stale view of it does not look like a lost one. */
  readonly #done = new Map<string, ExecutionState>();
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #isOpen = true;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#podsFolder = join(options.dataFolder, 'pods');
    for (const name of ['pods', 'volumes', 'run-volumes']) {
      mkdirSync(join(options.dataFolder, name), { recursive: true, mode: 0o700 });
    }
  }

  /**
   * Ends what an earlier life of the runner left running.
   * @returns how many processes were killed
   */
  async killLeftovers(): Promise<number> {
    const killed = killStragglers(this.#podsFolder, () => true);
    await Promise.all(this.podUids().map((uid) => this.#sweep(uid)));
    return killed;
  }

  /** The pods that have a folder here. */
  podUids(): string[] {
    return readdirSync(this.#podsFolder);
  }

  /** The PipelineRuns that have volumes here. */
  runUids(): string[] {
    return readdirSync(join(this.#options.dataFolder, 'run-volumes'));
  }

  /** Removes the volumes that a PipelineRun had for itself. */
  async forgetRun(uid: string): Promise<void> {
    await removeRunVolumes(this.#options.dataFolder, uid);
  }

  /** The files of a pod. */
  folderOf(uid: string): PodFolder {
    // The folder is removed whole one day: an empty name would be all of them.
    if (!/^[\w-]+$/.test(uid)) throw new TypeError(`${JSON.stringify(uid)} is not the uid of a pod`);
    return new PodFolder(join(this.#podsFolder, uid));
  }

  /** Takes a pod on; saying it again is harmless. */
  submit(plan: TaskPlan): Submission {
    if (this.stateOf(plan.uid) !== undefined) return 'known';
    const isFull = this.#queue.length >= (this.#options.maxQueued ?? 10_000);
    if (!this.#isOpen || isFull) return 'full';
    let folder: PodFolder | undefined;
    try {
      folder = claimFolder(this.#options.dataFolder, plan);
    } catch (error) {
      this.#refuse(plan, error instanceof Error ? error.message : String(error));
      return 'accepted';
    }
    if (folder === undefined) return 'lost';
    const execution = new Execution(plan, folder, {
      hub: this.hub,
      spawner: this.#spawner,
      graceMs: this.#options.graceMs ?? 10_000,
      environment: this.#options.environment ?? process.env,
      killStragglers: () =>
        this.#tidy(`processes of ${plan.pod} may be left`, async () => {
          await this.#spawner.killStragglers(this.#podsFolder, plan.uid);
        }),
      changed: (state) => this.#options.changed(plan, state),
    });
    this.#executions.set(plan.uid, execution);
    this.#ended.set(plan.uid, this.#run(plan.uid, execution));
    return 'accepted';
  }

  /** The state of a pod that runs, waits, or ended and was not forgotten. */
  stateOf(uid: string): ExecutionState | undefined {
    return this.#executions.get(uid)?.state ?? this.#done.get(uid);
  }

  /** How many pods run and how many wait. */
  get load(): { running: number; queued: number } {
    return { running: this.#running, queued: this.#queue.length };
  }

  /** Ends a pod; resolves when nothing of it runs any more. */
  async stop(uid: string, reason: StopReason): Promise<void> {
    this.#executions.get(uid)?.stop(reason);
    await this.#ended.get(uid);
  }

  /** Removes everything of a pod that has ended. */
  async forget(uid: string): Promise<void> {
    await this.#ended.get(uid);
    this.#done.delete(uid);
    this.#ended.delete(uid);
    await this.folderOf(uid).remove();
  }

  /** Takes nothing on any more and ends what runs; resolves when nothing runs. */
  async close(): Promise<void> {
    this.#isOpen = false;
    for (const execution of this.#executions.values()) execution.stop('RunnerStopped');
    await Promise.all(this.#ended.values());
    this.#spawner.close();
  }

  /** A pod that cannot even have a folder ends before it begins. */
  #refuse(plan: TaskPlan, message: string): void {
    const now = Date.now();
    const end = {
      state: 'terminated',
      startedAt: now,
      finishedAt: now,
      exitCode: 1,
      reason: 'Error',
      message,
    } as const;
    const containers = plan.containers.map((name) => ({ name, ...end }));
    const state: ExecutionState = { phase: 'ended', reason: 'Error', message, containers };
    this.#done.set(plan.uid, state);
    this.#options.changed(plan, state);
  }

  async #sweep(uid: string): Promise<void> {
    await this.#tidy(`files of the pod ${uid} are left`, () => this.folderOf(uid).sweep());
  }

  /** Cleaning up must not fail what it cleans up after. */
  async #tidy(what: string, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => this.#options.problem(error, what));
  }

  async #run(uid: string, execution: Execution): Promise<void> {
    const placed = await this.#place(execution.stopped);
    const state = await execution.run();
    this.#done.set(uid, state);
    this.#executions.delete(uid);
    await this.#sweep(uid);
    if (!placed) return;
    this.#running--;
    this.#queue.shift()?.();
  }

  /** Waits for one of the places; false when the pod was stopped before it got one, and needs none. */
  async #place(stopped: AbortSignal): Promise<boolean> {
    if (this.#running >= this.#options.concurrency) {
      await new Promise<void>((resolve) => {
        const leave = () => {
          this.#queue.splice(this.#queue.indexOf(enter), 1);
          resolve();
        };
        const enter = () => {
          stopped.removeEventListener('abort', leave);
          resolve();
        };
        this.#queue.push(enter);
        stopped.addEventListener('abort', leave, { once: true });
      });
    }
    if (stopped.aborted) return false;
    this.#running++;
    return true;
  }
}
