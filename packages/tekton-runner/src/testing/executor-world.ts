import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyTaskRun,
  type Step,
  stepContainerName,
  taskOfRun,
  type TaskRun,
  type TaskSpec,
  withStepTemplate,
} from '@armillary/tekton';
import { Executor } from '../executor/executor.ts';
import type { ExecutionState, TaskPlan } from '../executor/plan.ts';
import { readLog } from '../logs/log-reader.ts';

/** An executor in a folder of its own, and what it told. */
export class ExecutorWorld {
  readonly dataFolder: string = mkdtempSync(join(tmpdir(), 'runner-'));
  readonly states = new Map<string, ExecutionState>();
  readonly problems: unknown[] = [];
  executor: Executor;
  #watchers: (() => void)[] = [];

  constructor() {
    this.executor = this.open();
  }

  /** Another life of the executor on the same folder. */
  open(concurrency = 4): Executor {
    return new Executor({
      dataFolder: this.dataFolder,
      concurrency,
      graceMs: 200,
      environment: { PATH: process.env['PATH'], SECRET_OF_THE_RUNNER: 'x' },
      changed: ({ uid }, state) => {
        this.states.set(uid, state);
        for (const wake of this.#watchers.splice(0)) wake();
      },
      problem: (error) => this.problems.push(error),
    });
  }

  /** Ends everything and removes the folder. */
  async close(): Promise<void> {
    await this.executor.close();
    rmSync(this.dataFolder, { recursive: true });
  }

  /** Resolves when a pod's state is as wanted. */
  async until(uid: string, wanted: (state: ExecutionState) => boolean): Promise<ExecutionState> {
    for (;;) {
      const state = this.states.get(uid);
      if (state !== undefined && wanted(state)) return state;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Submits a pod and waits for its end. */
  async runToEnd(uid: string, spec: TaskSpec, change?: Partial<TaskPlan>): Promise<ExecutionState> {
    this.executor.submit(plan(uid, spec, change));
    return this.until(uid, ({ phase }) => phase === 'ended');
  }

  /** What a step of a pod that was submitted prints first: it has started then. */
  async firstOutput(uid: string, container = 'step-a'): Promise<string> {
    await this.until(uid, ({ phase }) => phase === 'running');
    const path = this.executor.folderOf(uid).log(container);
    const output = readLog(path, this.executor.hub, { follow: true }, AbortSignal.timeout(60_000));
    const { value } = await output.next();
    const text = String(value);
    await output.return(undefined);
    return text;
  }

  /** The whole log of a container, waiting for its end. */
  async log(uid: string, container = 'step-a'): Promise<string> {
    const blocks: Buffer[] = [];
    const path = this.executor.folderOf(uid).log(container);
    const signal = AbortSignal.timeout(60_000);
    for await (const block of readLog(path, this.executor.hub, { follow: true }, signal)) {
      blocks.push(Buffer.from(block));
    }
    return Buffer.concat(blocks).toString('latin1');
  }
}

/** The plan of a pod that runs a task without parameters. */
export function plan(uid: string, spec: TaskSpec, change: Partial<TaskPlan> = {}): TaskPlan {
  const run: TaskRun = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: uid, namespace: 'ns' },
    spec: {
      taskSpec: spec,
      workspaces: [...(change.workspaces?.keys() ?? [])].map((name) => ({ name, emptyDir: {} })),
    },
  };
  const task = taskOfRun(run, spec);
  return {
    uid,
    namespace: 'ns',
    pod: `${uid}-pod`,
    containers: (spec.steps ?? []).map(({ name }, index) => stepContainerName(name, index)),
    steps: (paths) => withStepTemplate(applyTaskRun(task, run, paths)),
    results: task.results ?? [],
    workspaces: new Map(),
    valueOfVariable: () => undefined,
    valuesOfSource: () => [],
    ...change,
  };
}

/** A step that runs a script. */
export function step(name: string, script: string, more: Partial<Step> = {}): Step {
  return { name, image: 'busybox', script, ...more };
}

/** How the containers ended, in words. */
export function ends({ containers }: ExecutionState): string[] {
  return containers.map(
    ({ exitCode, reason, terminationReason }) =>
      `${exitCode ?? '?'} ${reason ?? ''} ${terminationReason ?? ''}`,
  );
}

/** Resolves when a process has ended, which it does a moment after it is sent SIGKILL. */
export async function gone(pid: number): Promise<void> {
  while (!isGone(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Whether a process has ended; one that nobody waits for stays as a zombie until its new parent looks. */
function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return true;
  }
}
