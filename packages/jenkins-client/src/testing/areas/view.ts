import type { Item } from '../items/item.ts';

/** A list view of a folder or of the root. */
export class ListView {
  readonly owner: Item;
  name: string;
  description: string | null = null;
  /** The items that were added by name: paths below the owner. */
  readonly jobNames = new Set<string>();
  /** A pattern for whole names, or for paths when items of folders are shown, too. */
  includeRegex: string | undefined;
  recurse = false;
  statusFilter: boolean | undefined;
  filterExecutors = false;
  filterQueue = false;
  columns: readonly string[] = [];

  constructor(name: string, owner: Item) {
    this.name = name;
    this.owner = owner;
  }

  /** What it shows now. */
  get jobs(): readonly Item[] {
    const pattern = this.includeRegex === undefined ? undefined : new RegExp(`^(?:${this.includeRegex})$`);
    return this.#candidates(this.owner).filter((item) => {
      const path = item.path.slice(this.owner.path.length).join('/');
      if (!this.jobNames.has(path) && !(pattern?.test(path) ?? false)) return false;
      return this.statusFilter === undefined || !item.isJob || item.config.disabled !== this.statusFilter;
    });
  }

  #candidates(folder: Item): readonly Item[] {
    return folder.sorted.flatMap((item) => [item, ...(this.recurse ? this.#candidates(item) : [])]);
  }
}

const views = new WeakMap<Item, Map<string, ListView>>();

/** The list views of a folder or of the root, by name. */
export function viewsOf(owner: Item): Map<string, ListView> {
  const found = views.get(owner) ?? new Map<string, ListView>();
  views.set(owner, found);
  return found;
}
