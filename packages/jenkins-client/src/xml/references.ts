import { ConflictError } from '../errors.ts';
import type { XmlElement } from './element.ts';

/**
 * The places of a configuration that stand for another. XStream writes an object that it has written before as a path to
 * it (`reference="../../a/b[2]"`), so that moving or removing elements would make the path lead elsewhere.
 */
export class References {
  private readonly root: XmlElement;
  private readonly targets: ReadonlyMap<XmlElement, XmlElement>;

  constructor(root: XmlElement) {
    this.root = root;
    const map = new Places(root);
    const targets = new Map<XmlElement, XmlElement>();
    for (const element of map.parents.keys()) {
      const target = map.follow(element);
      if (target !== undefined) targets.set(element, target);
    }
    this.targets = targets;
  }

  /** After a change: corrects the paths. Throws ConflictError when one of the objects went. */
  restore(): void {
    const map = new Places(this.root);
    for (const [element, target] of this.targets) {
      if (!map.has(element) || map.follow(element) === target) continue;
      if (!map.has(target)) {
        throw new ConflictError(
          `<${element.name}> of the stored configuration shares <${target.name}>, which the change would remove. Save the item once in Jenkins, then try again.`,
        );
      }
      element.setAttribute('reference', map.path(element, target));
    }
  }
}

/** Where the elements of a tree are. */
class Places {
  readonly parents = new Map<XmlElement, XmlElement | undefined>();
  private readonly root: XmlElement;
  private readonly named = new Map<XmlElement, Map<string, XmlElement[]>>();

  constructor(root: XmlElement) {
    this.root = root;
    this.enter(root, undefined);
  }

  has(element: XmlElement): boolean {
    return this.parents.has(element);
  }

  /** Where an element's reference leads; undefined when it has none, or one that leads nowhere. */
  follow(element: XmlElement): XmlElement | undefined {
    const path = element.attributes === '' ? undefined : element.attribute('reference');
    if (path === undefined) return undefined;
    const [first, ...rest] = path.split('/');
    // An absolute path begins with a slash and names the root.
    const steps = first === '' ? rest.slice(1) : [first ?? '', ...rest];
    let at: XmlElement | undefined = first === '' ? this.root : element;
    for (const step of steps) {
      if (at === undefined) return undefined;
      const [, name = '', index = '1'] = /^([^[]*)(?:\[(\d+)\])?$/.exec(step) ?? [];
      at = name === '..' ? this.parents.get(at) : this.children(at, name)[Number(index) - 1];
    }
    return at;
  }

  path(from: XmlElement, to: XmlElement): string {
    const above = this.lineage(from);
    const below = this.lineage(to);
    let shared = 0;
    while (shared < above.length && above[shared] === below[shared]) shared++;
    const up = above.slice(shared).map(() => '..');
    const down = below.slice(shared).map((element) => {
      const parent = this.parents.get(element);
      const index = parent === undefined ? 0 : this.children(parent, element.name).indexOf(element);
      return index > 0 ? `${element.name}[${index + 1}]` : element.name;
    });
    return [...up, ...down].join('/');
  }

  private lineage(element: XmlElement): XmlElement[] {
    const parent = this.parents.get(element);
    return parent === undefined ? [element] : [...this.lineage(parent), element];
  }

  private children(parent: XmlElement, name: string): readonly XmlElement[] {
    let names = this.named.get(parent);
    if (names === undefined) {
      names = new Map<string, XmlElement[]>();
      for (const child of parent.elements) {
        const same = names.get(child.name);
        if (same === undefined) names.set(child.name, [child]);
        else same.push(child);
      }
      this.named.set(parent, names);
    }
    return names.get(name) ?? [];
  }

  private enter(element: XmlElement, parent: XmlElement | undefined): void {
    this.parents.set(element, parent);
    for (const child of element.elements) this.enter(child, element);
  }
}
