import type { Build } from '../builds/build.ts';
import type { Branch, Indexing } from './multibranch.ts';
import type { Configuration } from './configuration.ts';

/** What an item is. */
export type ItemKind = 'root' | 'folder' | 'pipeline' | 'multibranch' | 'freestyle';

/** The Java classes of items; they are the values of `mode` in `createItem`, too. */
export const ITEM_CLASSES: Readonly<Record<ItemKind, string>> = {
  root: 'hudson.model.Hudson',
  folder: 'com.cloudbees.hudson.plugins.folder.Folder',
  pipeline: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
  multibranch: 'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject',
  freestyle: 'hudson.model.FreeStyleProject',
};

/** A folder or a job. */
export class Item {
  readonly kind: ItemKind;
  name: string;
  parent: Item | undefined;
  config: Configuration;
  /** The items inside, by name. */
  readonly children = new Map<string, Item>();
  /** The builds by number, oldest first. */
  readonly builds = new Map<number, Build>();
  nextBuildNumber = 1;
  /** A copied job is not buildable until it is saved once. */
  heldOff = false;
  /** The branch that this job was made for by a multibranch pipeline. */
  branch: Branch | undefined;
  /** The last scan of a multibranch pipeline. */
  indexing: Indexing | undefined;

  constructor(kind: ItemKind, name: string, parent: Item | undefined, config: Configuration) {
    this.kind = kind;
    this.name = name;
    this.parent = parent;
    this.config = config;
  }

  /** The names on the way to it; the root has none. */
  get path(): readonly string[] {
    return this.parent ? [...this.parent.path, this.name] : [];
  }

  get fullName(): string {
    return this.path.join('/');
  }

  get displayName(): string {
    return this.config.displayName ?? this.branch?.name ?? this.name;
  }

  get fullDisplayName(): string {
    return this.parent?.parent ? `${this.parent.fullDisplayName} » ${this.displayName}` : this.displayName;
  }

  /** The path of its page: `job/a/job/b/`; the root's is empty. */
  get urlPath(): string {
    return this.path.map((name) => `job/${encodeName(name)}/`).join('');
  }

  /** Whether a job can be started now. */
  get buildable(): boolean {
    if (this.kind === 'multibranch') return this.config.sources.length > 0 && !this.config.disabled;
    return !this.heldOff && !this.config.disabled && !this.branch?.orphaned;
  }

  get isJob(): boolean {
    return this.kind === 'pipeline' || this.kind === 'freestyle';
  }

  /** The items inside, sorted as Jenkins lists them. */
  get sorted(): readonly Item[] {
    return [...this.children.values()].sort((a, b) =>
      compareNames(a.name.toLowerCase(), b.name.toLowerCase()),
    );
  }

  /** The builds, newest first. */
  get newest(): readonly Build[] {
    return [...this.builds.values()].reverse();
  }

  /** The item inside by its name. Jenkins keeps items in maps that do not tell upper from lower case. */
  child(name: string): Item | undefined {
    const same = name.toLowerCase();
    return (
      this.children.get(name) ?? [...this.children.values()].find((item) => item.name.toLowerCase() === same)
    );
  }

  /** The item below by names; a branch is found by its own name, too. */
  find(path: readonly string[]): Item | undefined {
    const [first, ...rest] = path;
    if (first === undefined) return this;
    const child =
      this.child(first) ??
      (this.kind === 'multibranch'
        ? [...this.children.values()].find((item) => item.branch?.name === first)
        : undefined);
    return child?.find(rest);
  }
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A name as Jenkins writes it into URLs: `encodeURIComponent`, but some marks stay. */
export function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/%(2B|40|24|26|3D|3A)/g, (code) => decodeURIComponent(code));
}
