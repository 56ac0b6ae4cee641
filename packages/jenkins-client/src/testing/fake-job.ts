import { readParameters, type ParameterDefinition } from './items/parameters.ts';
import { FakeRun } from './fake-run.ts';
import type { Item, ItemKind } from './items/item.ts';

/** A job or folder of the fake server, to look at. */
export class FakeJob {
  readonly #item: Item;

  constructor(item: Item) {
    this.#item = item;
  }

  /** The names on the way to it, joined by slashes. */
  get path(): string {
    return this.#item.fullName;
  }

  get kind(): ItemKind {
    return this.#item.kind;
  }

  get name(): string {
    return this.#item.name;
  }

  /** What `config.xml` answers. */
  get configXml(): string {
    return this.#item.config.text;
  }

  get description(): string | null {
    return this.#item.config.description;
  }

  get disabled(): boolean {
    return this.#item.config.disabled;
  }

  /** The script of an inline pipeline. */
  get script(): string | undefined {
    return this.#item.config.script;
  }

  get parameters(): readonly ParameterDefinition[] {
    return readParameters(this.#item.config.property('hudson.model.ParametersDefinitionProperty'));
  }

  /** The paths of the items inside. */
  get children(): readonly string[] {
    return this.#item.sorted.map((child) => child.fullName);
  }

  /** The builds, newest first. */
  get builds(): readonly FakeRun[] {
    return this.#item.newest.map((build) => new FakeRun(build));
  }
}
