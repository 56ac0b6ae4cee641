import type { XmlElement } from '../../xml/element.ts';
import type { Field, Reading } from './field.ts';

/** The child that holds a leaf, made when it is missing. */
export function childFor(holder: XmlElement, name: string): XmlElement {
  return holder.child(name) ?? holder.add(name);
}

/**
 * Any value that is one element's text. `absent` is the value when there is no such element; `form` is its name in the
 * form when it has another there. A new thing gets every element: to Java, an absent number is 0.
 */
function leaf<T>(name: string, parse: (text: string) => T, print: (value: T) => string, absent: T): Field<T> {
  return {
    encode: () => undefined,
    read(holder, reading) {
      const child = reading.child(holder, name);
      return child === undefined ? absent : parse(child.text);
    },
    patch(holder, value) {
      const child = holder.child(name);
      if (child !== undefined && print(parse(child.text)) === print(value)) return;
      childFor(holder, name).text = print(value);
    },
  };
}

/** Text. */
export function text(name: string, form = name, absent = ''): Field<string> {
  return {
    ...leaf(name, String, String, absent),
    encode(value, target) {
      target[form] = value;
    },
  };
}

/** Yes or no. */
export function flag(name: string, form = name): Field<boolean> {
  return {
    ...leaf(name, (stored) => stored.trim().toLowerCase() === 'true', String, false),
    encode(value, target) {
      target[form] = value;
    },
  };
}

/**
 * A whole number; undefined is stored as -1 and sent as empty text. `absent` is what Java takes for it where the element
 * is missing: nothing for an `Integer`, and 0 for an `int`.
 */
export function limit(name: string, form: string, absent?: 0): Field<number | undefined> {
  return {
    ...leaf(name, parseLimit, (value) => String(value ?? -1), absent),
    encode(value, target) {
      target[form] = value === undefined ? '' : String(value);
    },
  };
}

function parseLimit(stored: string): number | undefined {
  const value = Number.parseInt(stored, 10);
  return Number.isNaN(value) || value < 0 ? undefined : value;
}

/** Text; undefined and empty text, which are the same to Jenkins, have no element. */
export function optionalText(name: string, form = name): Field<string | undefined> {
  return {
    ...removable<string>(
      leaf<string | undefined>(name, (stored) => stored || undefined, String, undefined),
      name,
    ),
    encode(value, target) {
      target[form] = value ?? '';
    },
  };
}

/** A whole number that is not negative; undefined has no element. */
export function optionalNumber(name: string): Field<number | undefined> {
  return {
    ...removable<number>(leaf(name, parseLimit, String, undefined), name),
    encode(value, target) {
      if (value !== undefined) target[name] = value;
    },
  };
}

/** Lets a leaf's element go when there is no value. An empty one says the same and stays. */
function removable<T>(field: Field<T | undefined>, name: string): Field<T | undefined> {
  return {
    ...field,
    patch(holder, value, patching) {
      const child = holder.child(name);
      if (value !== undefined && value !== '') field.patch(holder, value, patching);
      else if (child !== undefined && child.text !== '') holder.removeNamed(name);
    },
  };
}

/** One of a few words, each stored and sent as another. A stored one that is none of them is somebody else's. */
export function word<T extends string>(
  name: string,
  words: Readonly<Record<T, string>>,
  absent: T,
): Field<T> {
  return {
    encode(value, target) {
      target[name] = words[value];
    },
    read: (holder, reading) =>
      known(words, holder?.child(name), (child) => child.text.trim(), reading) ?? absent,
    patch(holder, value) {
      if (holder.child(name)?.text.trim() === words[value]) return;
      childFor(holder, name).text = words[value];
    },
  };
}

/** The word that an element stands for, if it is known; only then the element is managed. */
export function known<T extends string>(
  words: Readonly<Record<T, string>>,
  element: XmlElement | undefined,
  codeOf: (element: XmlElement) => string | undefined,
  reading: Reading,
): T | undefined {
  if (element === undefined) return undefined;
  const code = codeOf(element);
  const found = (Object.keys(words) as T[]).find((key) => words[key] === code);
  if (found !== undefined) reading.managed.add(element);
  return found;
}

/**
 * A secret: it can be written, and never read. Undefined keeps what is stored. One that is stored is replaced only when
 * that is asked for, because the two cannot be compared.
 */
export function secret(name: string, form: string): Field<string | undefined> {
  return {
    encode(value, target) {
      if (value !== undefined) target[form] = value;
    },
    read(holder, reading) {
      if (reading.child(holder, name) !== undefined) reading.unreadable.push(reading.path.join('.'));
      return undefined;
    },
    patch(holder, value, patching) {
      if (value === undefined) return;
      if (holder.child(name) !== undefined && !patching.rewriteSecrets) return;
      childFor(holder, name).text = value;
      patching.secretWritten();
    },
  };
}

/** Nothing at all. */
export const nothing: Field<object> = { encode: () => undefined, read: () => ({}), patch: () => undefined };
