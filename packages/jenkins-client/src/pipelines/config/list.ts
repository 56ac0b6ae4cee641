import { ConflictError } from '../../errors.ts';
import { elementOfClass } from '../../xml/class-name.ts';
import type { XmlElement } from '../../xml/element.ts';
import { Reading, type Field, type FormObject } from './field.ts';
import { contentIn, openContainer } from './places.ts';

/** One kind of thing in a list. */
export interface Kind<T> {
  readonly javaClass: string;
  /** Reads as undefined what is no such thing after all. */
  readonly inner: Field<T>;
}

/** What a list is made of. */
interface ListOptions<T> {
  /** What kind a value is of. */
  readonly kindOf: (value: T) => Kind<T>;
  /** Every kind, to read by. */
  readonly kinds: readonly Kind<T>[];
  /** Tells the things of a list apart. */
  readonly keyOf: (value: T) => string;
  /** The same of a thing that cannot be read, where it has one. */
  readonly foreignKeyOf?: (element: XmlElement) => string | undefined;
  readonly form?: string;
  /** Whether the form names the class of each thing. */
  readonly named?: boolean;
}

/**
 * An ordered list. Things of kinds that are not known are skipped when reading, and stay when changing: ConflictError
 * for a wanted one that has the name of such. Things that are there already are changed in place, so that what others
 * added to them stays, too.
 */
export function list<T>(name: string, options: ListOptions<T>): Field<readonly T[]> {
  const { form = name, named = true } = options;
  return {
    encode(values, target) {
      target[form] = values.map((value) => {
        const kind = options.kindOf(value);
        const thing: FormObject = named ? { 'stapler-class': kind.javaClass } : {};
        kind.inner.encode(value, thing);
        return thing;
      });
    },
    read(holder, reading) {
      const content = contentIn(holder, name, reading);
      const seen = new Set<string>();
      return (content?.elements ?? []).flatMap((element) => {
        const value = readOne(element, options, reading);
        if (value === undefined) return [];
        // A second thing of the same name cannot be specified: it counts as somebody else's.
        const key = options.keyOf(value);
        if (seen.has(key)) return [];
        seen.add(key);
        reading.managed.add(element);
        return [value];
      });
    },
    patch(holder, values, patching) {
      if (values.length === 0 && holder.child(name) === undefined) return;
      const content = openContainer(holder, name);
      const present = presentIn(content, options, values);
      const wanted = values.flatMap((value) => {
        const kind = options.kindOf(value);
        const elementName = elementOfClass(kind.javaClass);
        const key = options.keyOf(value);
        const stored = present.get(key);
        const same = stored?.[0]?.name === elementName ? stored : [content.add(elementName)];
        if (same === stored) present.delete(key);
        if (same[0] !== undefined) kind.inner.patch(same[0], value, patching);
        return same;
      });
      content.removeAll([...present.values()].flat());
      const kept = new Set(wanted);
      const ordered = content.elements.filter((element) => kept.has(element));
      if (ordered.some((element, index) => element !== wanted[index])) content.moveToEnd(wanted);
    },
  };
}

/** A list of things of one kind. */
export function listOf<T>(
  name: string,
  kind: Kind<T>,
  keyOf: (value: T) => string,
  foreignKeyOf?: (element: XmlElement) => string | undefined,
): Field<readonly T[]> {
  return list<T>(name, {
    kinds: [kind],
    kindOf: () => kind,
    keyOf,
    ...(foreignKeyOf && { foreignKeyOf }),
    named: false,
  });
}

/** The things that are there, by name: several of a name go together. Throws ConflictError for a wanted one whose name somebody else's thing has. */
function presentIn<T>(
  content: XmlElement,
  options: ListOptions<T>,
  values: readonly T[],
): Map<string, XmlElement[]> {
  const wanted = new Set(values.map((value) => options.keyOf(value)));
  const present = new Map<string, XmlElement[]>();
  for (const element of content.elements) {
    const value = readOne(element, options, new Reading());
    const key = value === undefined ? options.foreignKeyOf?.(element) : options.keyOf(value);
    if (key === undefined) continue;
    if (value !== undefined) {
      const same = present.get(key);
      if (same === undefined) present.set(key, [element]);
      else same.push(element);
    } else if (wanted.has(key)) {
      throw new ConflictError(
        `${key} is the name of something that a specification cannot describe (${element.name}). Remove that in Jenkins, choose another name, or apply with mode "replace".`,
      );
    }
  }
  return present;
}

function readOne<T>(element: XmlElement, { kinds, keyOf }: ListOptions<T>, reading: Reading): T | undefined {
  const kind = kinds.find(({ javaClass }) => elementOfClass(javaClass) === element.name);
  if (kind === undefined || element.isOpaque) return undefined;
  const value = kind.inner.read(element, new Reading());
  if (value === undefined) return undefined;
  reading.path.push(keyOf(value));
  kind.inner.read(element, reading);
  reading.path.pop();
  return value;
}
