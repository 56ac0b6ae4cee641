import { elementOfClass } from '../../xml/class-name.ts';
import type { XmlElement } from '../../xml/element.ts';
import { Reading, type Field, type FormObject } from './field.ts';
import { contentOf, openContainer } from './places.ts';

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
  readonly form?: string;
  /** Whether the form names the class of each thing. */
  readonly named?: boolean;
}

/**
 * An ordered list. Things of kinds that are not known are skipped when reading, and stay when changing. Things that
 * are there already are changed in place, so that what others added to them stays, too.
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
      const content = contentOf(reading.child(holder, name));
      if (content !== undefined) reading.managed.add(content);
      const seen = new Set<string>();
      return (content?.elements ?? []).flatMap((element) => {
        const value = readOne(element, options, reading);
        if (value === undefined) return [];
        // A second thing of the same name cannot be specified: it counts as somebody else's.
        const key = `${element.name} ${options.keyOf(value)}`;
        if (seen.has(key)) return [];
        seen.add(key);
        reading.managed.add(element);
        return [value];
      });
    },
    patch(holder, values, patching) {
      if (values.length === 0 && holder.child(name) === undefined) return;
      const content = openContainer(holder, name);
      const present = new Map<string, XmlElement>();
      for (const element of content.elements) {
        const value = readOne(element, options, new Reading());
        const key = value === undefined ? undefined : `${element.name} ${options.keyOf(value)}`;
        if (key !== undefined && !present.has(key)) present.set(key, element);
      }
      const wanted = values.map((value) => {
        const kind = options.kindOf(value);
        const elementName = elementOfClass(kind.javaClass);
        const key = `${elementName} ${options.keyOf(value)}`;
        const element = present.get(key) ?? content.add(elementName);
        present.delete(key);
        kind.inner.patch(element, value, patching);
        return element;
      });
      for (const gone of present.values()) content.remove(gone);
      const ordered = content.elements.filter((element) => wanted.includes(element));
      if (ordered.some((element, index) => element !== wanted[index])) content.moveToEnd(wanted);
    },
  };
}

/** A list of things of one kind. */
export function listOf<T>(name: string, kind: Kind<T>, keyOf: (value: T) => string): Field<readonly T[]> {
  return list<T>(name, { kinds: [kind], kindOf: () => kind, keyOf, named: false });
}

function readOne<T>(element: XmlElement, { kinds, keyOf }: ListOptions<T>, reading: Reading): T | undefined {
  const kind = kinds.find(({ javaClass }) => elementOfClass(javaClass) === element.name);
  if (kind === undefined) return undefined;
  const value = kind.inner.read(element, new Reading());
  if (value === undefined) return undefined;
  reading.path.push(keyOf(value));
  kind.inner.read(element, reading);
  reading.path.pop();
  return value;
}
