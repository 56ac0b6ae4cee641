import { AsyncLocalStorage } from 'node:async_hooks';

import type { Clock } from '../../connection.ts';
import { Interrupted, type FakeBuild, type FakeInput } from './behaviour.ts';
import type { Build, FakeTestReport } from './build.ts';
import { closeNode, endPause, type FlowNode, type Result } from './flow.ts';
import { consoleNote } from './growing-log.ts';

/** What a behaviour does to its build. */
export class RunningBuild implements FakeBuild {
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
    // What a killed behaviour still says is not heard.
    if (!this.#build.running) return;
    this.#build.log.append(text);
    const node = this.#within.getStore();
    if (node?.kind === 'step') node.log.append(text);
  }

  /** Loaded scripts are counted, as in workflow-cps (CpsGroovyShell.generateScriptName, read in the source). */
  load(script: string): string {
    const { loaded, plan } = this.#build;
    const name = `Script${loaded.size + 1}`;
    const text = plan.loaded?.[name] ?? script;
    loaded.set(name, text);
    return text;
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
    // A skipped stage runs one step all the same: it looks at its conditions.
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

  async parallel(branches: Readonly<Record<string, () => unknown>>): Promise<void> {
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
      // As without failFast: all branches end before the first failure counts.
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
      const around = withAllAround(node);
      for (const one of around) one.pausedSince ??= this.#clock.now();
      try {
        return await this.#answer(id, question, node);
      } finally {
        this.#build.inputs.delete(id);
        const waiting = [...this.#build.inputs.values()].flatMap((other) => withAllAround(other.node));
        for (const one of around) if (!waiting.includes(one)) endPause(one, this.#clock.now());
      }
    });
  }

  /** Waits for `proceed` or `abort`, or for the end of the build. */
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

  /** Runs a parallel branch, whose end takes an id and a line. */
  async #branch(node: FlowNode, body: () => Promise<unknown>): Promise<void> {
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

  /** Writes a line of the pipeline itself. */
  #announce(text: string): void {
    if (this.#build.running) this.#build.log.append(`${consoleNote(text)}[Pipeline] ${text}\n`);
  }
}

/** A node and all around it: while one step waits, all of them do. */
function withAllAround(node: FlowNode): readonly FlowNode[] {
  return node.within ? [node, ...withAllAround(node.within)] : [node];
}

/** Ids of inputs begin with a capital letter. */
function capitalised(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1);
}
