import { AsyncLocalStorage } from 'node:async_hooks';

import type { Clock } from '../../connection.ts';
import type { Build, FakeTestReport, InputParameter } from './build.ts';
import type { FlowNode, Result } from './flow.ts';
import { consoleNote } from './growing-log.ts';

/** What a build does while it runs. It ends as a success when it returns, as a failure when it throws. */
export type Behaviour = (build: FakeBuild) => Promise<void> | void;

/** A running build, as its behaviour sees it. */
export interface FakeBuild {
  /** The path of the job, such as `team/p1`. */
  readonly job: string;
  readonly number: number;
  readonly parameters: Readonly<Record<string, string | boolean>>;
  /** Aborted when somebody stops the build. */
  readonly signal: AbortSignal;
  /** The stage to begin with, when the build was restarted from one. */
  readonly fromStage: string | undefined;
  /** Writes to the log, as it is: no newline is added. Inside a step it is the step's log, too. */
  print(text: string | Uint8Array): void;
  /** A stage. What happens inside belongs to it; stages may stand in stages. */
  stage<T>(name: string, body: () => Promise<T> | T): Promise<T>;
  /** A stage that is skipped: by its conditions, or because the build was restarted from one behind it. */
  skip(name: string): void;
  /** A step by its function's name, such as `echo` or `sh`, with what it is about. */
  step<T>(call: string, body?: () => Promise<T> | T, description?: string): Promise<T | undefined>;
  /** A step with others inside, such as `node` or `withEnv`. */
  block<T>(call: string, body: () => Promise<T> | T): Promise<T>;
  /** Branches that run at the same time, each with a stage of its own. */
  parallel(branches: Readonly<Record<string, () => Promise<void> | void>>): Promise<void>;
  /** Waits for somebody's answer; throws when it is aborted. */
  input(question: FakeInput): Promise<Readonly<Record<string, string | boolean>>>;
  artifact(path: string, content: string | Uint8Array): void;
  tests(report: FakeTestReport): void;
  /** Sets the result that the build, and the stage it is in, will have unless it fails. */
  result(result: Result): void;
}

/** A question of a build. */
export interface FakeInput {
  /** A random one unless told; begins with a capital letter, as Jenkins makes it. */
  readonly id?: string;
  readonly message: string;
  /** `Proceed` unless told. */
  readonly ok?: string;
  /** Users who may answer, separated by commas; everybody who may build unless told. */
  readonly submitter?: string;
  readonly parameters?: readonly InputParameter[];
}

/** Somebody stopped the build or aborted its input. */
export class Interrupted extends Error {}

/** What a build does for which no behaviour was given. */
export const DEFAULT_BEHAVIOUR: Behaviour = async (build) => {
  await build.step('echo', () => build.print(`Built ${build.job}\n`));
};

/** Runs a behaviour to the end of its build. Never throws: what a behaviour throws is the build's failure. */
export async function runBuild(build: Build, behaviour: Behaviour, clock: Clock): Promise<void> {
  build.writeCauses();
  const run = new RunningBuild(build, clock);
  const killed = new Promise<'killed'>((resolve) => {
    build.killing.signal.addEventListener('abort', () => resolve('killed'), { once: true });
  });
  const ended = (async () => behaviour(run))().then(
    () => (build.stopping.signal.aborted ? 'ABORTED' : (build.result ?? 'SUCCESS')),
    (error: unknown) => {
      if (error instanceof Interrupted || build.stopping.signal.aborted) return 'ABORTED';
      if (build.running)
        build.log.append(`ERROR: ${error instanceof Error ? error.message : String(error)}\n`);
      return 'FAILURE';
    },
  );
  const outcome = await Promise.race([ended, killed]);
  finish(build, outcome === 'killed' ? 'ABORTED' : outcome, clock.now());
}

function finish(build: Build, result: Result, now: number): void {
  for (const node of build.flow.nodes) if (node.endTime === undefined) closeNode(node, now, result);
  build.inputs.clear();
  build.log.append(`${consoleNote('end')}[Pipeline] End of Pipeline\nFinished: ${result}\n`);
  build.result = result;
  build.endTime = now;
}

function closeNode(node: FlowNode, now: number, result: Result): void {
  if (node.pausedSince !== undefined) node.pauseMs += now - node.pausedSince;
  node.pausedSince = undefined;
  node.endTime = now;
  node.result ??= result;
}

class RunningBuild implements FakeBuild {
  readonly #build: Build;
  readonly #clock: Clock;
  /** The node that the code which now runs is inside of. */
  readonly #within = new AsyncLocalStorage<FlowNode>();

  constructor(build: Build, clock: Clock) {
    this.#build = build;
    this.#clock = clock;
  }

  get job(): string {
    return this.#build.job.fullName;
  }

  get number(): number {
    return this.#build.number;
  }

  get parameters(): Readonly<Record<string, string | boolean>> {
    return Object.fromEntries(this.#build.parameters.map(({ name, value }) => [name, value]));
  }

  get signal(): AbortSignal {
    return this.#build.stopping.signal;
  }

  get fromStage(): string | undefined {
    return this.#build.plan.fromStage;
  }

  print(text: string | Uint8Array): void {
    if (!this.#build.running) return;
    this.#build.log.append(text);
    const node = this.#within.getStore();
    if (node?.kind === 'step') node.log.append(text);
  }

  async stage<T>(name: string, body: () => Promise<T> | T): Promise<T> {
    this.#announce('stage');
    this.#build.flow.skip(1);
    const node = this.#build.flow.add('stage', name, this.#within.getStore(), this.#clock.now());
    this.#announce(`{ (${name})`);
    // Lets the stages of parallel branches begin together, as they do.
    await Promise.resolve();
    return this.#enclosed(node, 'stage', body);
  }

  async block<T>(call: string, body: () => Promise<T> | T): Promise<T> {
    this.#announce(call);
    const node = this.#build.flow.add('block', call, this.#within.getStore(), this.#clock.now());
    this.#build.flow.skip(1);
    if (call === 'node') this.print(`Running on Jenkins in /var/jenkins_home/workspace/${this.job}\n`);
    this.#announce('{');
    return this.#enclosed(node, call, body);
  }

  skip(name: string): void {
    const { flow } = this.#build;
    this.#announce('stage');
    flow.skip(1);
    const node = flow.add('stage', name, this.#within.getStore(), this.#clock.now());
    this.#announce(`{ (${name})`);
    const from = flow.stages.some((stage) => stage.name === this.fromStage) ? undefined : this.fromStage;
    node.skipped = from === undefined ? 'condition' : 'restart';
    const why = from === undefined ? 'when conditional' : `this build restarting at stage "${from}"`;
    this.print(`Stage "${name}" skipped due to ${why}\n`);
    closeNode(flow.add('step', 'getContext', node, this.#clock.now()), this.#clock.now(), 'SUCCESS');
    this.#announce('getContext');
    closeNode(node, this.#clock.now(), 'NOT_BUILT');
    flow.skip(2);
    this.#announce('}');
    this.#announce('// stage');
  }

  async step<T>(call: string, body?: () => Promise<T> | T, description?: string): Promise<T | undefined> {
    const node = this.#build.flow.add('step', call, this.#within.getStore(), this.#clock.now(), description);
    this.#announce(call);
    return this.#inside(node, async () => body?.());
  }

  async parallel(branches: Readonly<Record<string, () => Promise<void> | void>>): Promise<void> {
    const { flow } = this.#build;
    this.#announce('parallel');
    const block = flow.add('block', 'parallel', this.#within.getStore(), this.#clock.now());
    // All branches but one get a thread, which takes an id, too.
    flow.skip(Math.max(0, Object.keys(branches).length - 1));
    const nodes = Object.entries(branches).map(([name, body]) => {
      this.#announce(`{ (Branch: ${name})`);
      return { name, body, node: flow.add('branch', name, block, this.#clock.now()) };
    });
    await this.#inside(block, async () => {
      const ends = nodes.map(({ name, body, node }) => this.#branch(node, () => this.stage(name, body)));
      const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
    });
    flow.skip(1);
    this.#announce('// parallel');
  }

  async input(question: FakeInput): Promise<Readonly<Record<string, string | boolean>>> {
    const node = this.#build.flow.add('step', 'input', this.#within.getStore(), this.#clock.now());
    this.#announce('input');
    return this.#inside(node, async () => {
      this.print(`${consoleNote('input')}Input requested\n`);
      const id = capitalised(question.id ?? `I${node.id.padStart(32, '0')}`);
      const around = pausing(node);
      const now = this.#clock.now();
      for (const one of around) one.pausedSince = now;
      try {
        return await this.#answer(id, question, node);
      } finally {
        this.#build.inputs.delete(id);
        const end = this.#clock.now();
        for (const one of around) {
          one.pauseMs += end - (one.pausedSince ?? end);
          one.pausedSince = undefined;
        }
      }
    });
  }

  #answer(
    id: string,
    question: FakeInput,
    node: FlowNode,
  ): Promise<Readonly<Record<string, string | boolean>>> {
    return new Promise((resolve, reject) => {
      const interrupt = (): void => reject(new Interrupted('the build was stopped'));
      if (this.signal.aborted) return interrupt();
      this.signal.addEventListener('abort', interrupt, { once: true });
      this.#build.inputs.set(id, {
        id,
        message: question.message,
        ok: question.ok ?? 'Proceed',
        submitters: (question.submitter ?? '').split(',').filter((name) => name.trim() !== ''),
        parameters: question.parameters ?? [],
        node,
        proceed: (values, user) => {
          this.print(`Approved by ${consoleNote(user.name)}${user.fullName}\n`);
          resolve(values);
        },
        abort: (user) => {
          this.print(`Aborted by ${consoleNote(user.name)}${user.fullName}\n`);
          reject(new Interrupted('Rejected'));
        },
      });
    });
  }

  artifact(path: string, content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.#build.artifacts.set(path, { bytes, modified: this.#clock.now() });
  }

  tests(report: FakeTestReport): void {
    const step = this.#within.getStore();
    for (const [name, cases] of Object.entries(report)) this.#build.tests.set(name, { cases, step });
  }

  result(result: Result): void {
    this.#build.result = result;
    for (let node = this.#within.getStore(); node; node = node.within) node.result = result;
  }

  /** Runs a body inside a node, and closes the node with what came of it. */
  async #inside<T>(node: FlowNode, body: () => Promise<T> | T): Promise<T> {
    try {
      if (this.signal.aborted) throw new Interrupted('the build was stopped');
      const value = await this.#within.run(node, body);
      closeNode(node, this.#clock.now(), 'SUCCESS');
      return value;
    } catch (error) {
      node.interrupted = error instanceof Interrupted || this.signal.aborted;
      node.result = node.interrupted ? 'ABORTED' : 'FAILURE';
      node.error = error instanceof Error ? error.message : String(error);
      closeNode(node, this.#clock.now(), node.result);
      throw error;
    }
  }

  async #branch(node: FlowNode, body: () => Promise<void>): Promise<void> {
    try {
      await this.#inside(node, body);
    } finally {
      this.#build.flow.skip(1);
      this.#announce('}');
    }
  }

  /** Runs the body of a stage or block, whose end takes two ids and two lines. */
  async #enclosed<T>(node: FlowNode, call: string, body: () => Promise<T> | T): Promise<T> {
    try {
      return await this.#inside(node, body);
    } finally {
      this.#build.flow.skip(2);
      this.#announce('}');
      this.#announce(`// ${call}`);
    }
  }

  #announce(text: string): void {
    if (this.#build.running) this.#build.log.append(`${consoleNote(text)}[Pipeline] ${text}\n`);
  }
}

/** The nodes that wait while a step waits: itself and all around it. */
function pausing(node: FlowNode): readonly FlowNode[] {
  return node.within ? [node, ...pausing(node.within)] : [node];
}

/** Ids of inputs begin with a capital letter. */
function capitalised(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1);
}
