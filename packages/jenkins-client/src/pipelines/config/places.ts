import { ConflictError } from '../../errors.ts';
import { elementOfClass } from '../../xml/class-name.ts';
import type { XmlElement } from '../../xml/element.ts';
import type { Field, FormObject, FormValue, Reading } from './field.ts';
import { childFor } from './leaves.ts';

/** A setting one element further down. */
export function at<T>(name: string, inner: Field<T>, form = name): Field<T> {
  return {
    encode(value, target) {
      inner.encode(value, (target[form] ??= {}) as FormObject);
    },
    read(holder, reading) {
      return inner.read(reading.child(holder, name), reading);
    },
    patch(holder, value, patching) {
      inner.patch(childFor(holder, name), value, patching);
    },
  };
}

/**
 * A setting in a child element whose Java class is fixed. A child of another class is not looked into: it reads as
 * absent, and is replaced when the setting shall be otherwise. `skeleton` lists children that Jenkins expects in a new
 * one, with their text.
 */
export function typed<T>(
  name: string,
  javaClass: string,
  inner: Field<T>,
  { form = name, skeleton = {} }: { form?: string; skeleton?: Readonly<Record<string, string>> } = {},
): Field<T> {
  return {
    encode(value, target) {
      inner.encode(value, (target[form] ??= { 'stapler-class': javaClass }) as FormObject);
    },
    read(holder, reading) {
      return inner.read(
        isOf(holder?.child(name), javaClass) ? reading.child(holder, name) : undefined,
        reading,
      );
    },
    patch(holder, value, patching) {
      const child = childFor(holder, name);
      if (!isOf(child, javaClass)) {
        child.text = '';
        child.attributes = ` class="${javaClass}"`;
        for (const [key, text] of Object.entries(skeleton)) child.add(key).text = text;
      }
      inner.patch(child, value, patching);
    },
  };
}

/** Whether an element holds an object of a class. */
export function isOf(element: XmlElement | undefined, javaClass: string): boolean {
  return element?.attribute('class') === javaClass && !element.isOpaque;
}

/** How a form keeps things of different classes: in a map by class name, among its own fields by class name, or in a list. */
interface ItemOptions {
  readonly in: 'bag' | 'top' | 'list';
  readonly form?: string;
  /** Fields that the form needs beside the setting's. */
  readonly constants?: FormObject;
  /** The class as newer versions of its plugin call it: forms know only that name, files both. */
  readonly renamed?: string;
  /** Whether other settings share the thing, so that it goes with the last of them; `inner` must take undefined. */
  readonly shared?: boolean;
}

/** A setting in one thing of a container of things of different classes: `properties`, `triggers`, `traits`. */
export function item<T>(
  container: string,
  javaClass: string,
  inner: Field<T>,
  options: ItemOptions,
): Field<T | undefined> {
  const { form = container, constants = {}, shared = false, renamed = javaClass } = options;
  const element = elementOfClass(javaClass);
  const names = [element, elementOfClass(renamed)];
  const storedIn = (place: XmlElement | undefined): readonly XmlElement[] =>
    (place?.elements ?? []).filter((thing) => names.includes(thing.name) && !thing.isOpaque);
  return {
    encode(value, target) {
      if (value === undefined) return;
      if (options.in === 'list') {
        const thing: FormObject = { 'stapler-class': renamed, ...constants };
        inner.encode(value, thing);
        ((target[form] ??= []) as FormValue[]).push(thing);
      } else {
        const bag = options.in === 'top' ? target : ((target[form] ??= emptyBag()) as FormObject);
        inner.encode(value, (bag[javaClass.replace(/[.$]/g, '-')] ??= { ...constants }) as FormObject);
      }
    },
    read(holder, reading) {
      const [thing] = storedIn(contentIn(holder, container, reading));
      if (thing === undefined) return undefined;
      const value = inner.read(thing, reading);
      // What cannot be read counts as somebody else's.
      if (value !== undefined || shared) reading.managed.add(thing);
      return value;
    },
    patch(holder, value, patching) {
      const place = contentOf(holder.child(container));
      const things = storedIn(place);
      if (value !== undefined) {
        inner.patch(things[0] ?? openContainer(holder, container).add(element), value, patching);
        return;
      }
      // A second one of the same class would take the place of the first.
      for (const thing of things) {
        if (shared) inner.patch(thing, value as T, patching);
        if (!shared || isBare(thing)) place?.remove(thing);
      }
    },
  };
}

/** Whether nothing is left in a thing but empty containers. */
function isBare(thing: XmlElement): boolean {
  return thing.elements.every((child) => child.elements.length === 0 && child.text.trim() === '');
}

/** A form's map of things by their class names. */
export function emptyBag(): FormObject {
  return { 'stapler-class-bag': 'true' };
}

/** Where the things of a container are, marked as managed. */
export function contentIn(
  holder: XmlElement | undefined,
  name: string,
  reading: Reading,
): XmlElement | undefined {
  const container = holder?.child(name);
  const content = contentOf(container);
  if (container === undefined || content === undefined) return undefined;
  reading.managed.add(container).add(content);
  return content;
}

/** Where a list's elements are: lists made by `Arrays.asList` are stored with an array between. */
function contentOf(container: XmlElement | undefined): XmlElement | undefined {
  if (container?.isOpaque === true) return undefined;
  const array = container?.child('a');
  return array?.attribute('class')?.endsWith('-array') === true ? array : container;
}

/**
 * A container that can take one more: lists of fixed length are named so in their class, which must go. Throws
 * ConflictError for one in a form that only its Java class can read.
 */
export function openContainer(holder: XmlElement, name: string): XmlElement {
  const container = childFor(holder, name);
  if (container.isOpaque) {
    throw new ConflictError(
      `The stored <${name}> is in a form that only Jenkins can read. Save the item once in Jenkins, or apply with mode "replace".`,
    );
  }
  const listClass = container.attribute('class');
  if (listClass === 'empty-list' || listClass === 'singleton-list') {
    container.setAttribute('class', undefined);
  }
  return contentOf(container) ?? container;
}
