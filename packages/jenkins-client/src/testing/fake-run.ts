import { shortDescription, type Build } from './builds/build.ts';
import type { Result } from './builds/flow.ts';
import { consoleText } from './progressive-log.ts';

/** A build of the fake server, to look at. */
export class FakeRun {
  readonly #build: Build;

  constructor(build: Build) {
    this.#build = build;
  }

  get number(): number {
    return this.#build.number;
  }

  /** The id that it had in the queue. */
  get queueId(): number {
    return this.#build.queueId;
  }

  get running(): boolean {
    return this.#build.running;
  }

  /** Undefined while it runs. */
  get result(): Result | undefined {
    return this.#build.running ? undefined : this.#build.result;
  }

  /** The values that it was started with; passwords, too. */
  get parameters(): Readonly<Record<string, string | boolean>> {
    return Object.fromEntries(this.#build.parameters.map(({ name, value }) => [name, value]));
  }

  /** Why it was started, in Jenkins' words: `Started by user admin`. */
  get causes(): readonly string[] {
    return this.#build.causes.map(shortDescription);
  }

  /** The script that it runs: its job's, or the one it was replayed with. */
  get script(): string | undefined {
    return this.#build.script;
  }

  get description(): string | null {
    return this.#build.description;
  }

  get displayName(): string {
    return this.#build.displayName;
  }

  /** Whether it is marked to be kept. */
  get kept(): boolean {
    return this.#build.keepLog;
  }

  /** The ids of the inputs that it waits for. */
  get inputs(): readonly string[] {
    return [...this.#build.inputs.keys()];
  }

  /** What it printed so far, without console notes. */
  get log(): string {
    return Buffer.from(consoleText(this.#build.log.bytes, true)).toString();
  }
}
