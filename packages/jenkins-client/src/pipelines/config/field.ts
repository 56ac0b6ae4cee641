import type { XmlElement } from '../../xml/element.ts';

/** A part of a form, as Jenkins' web page would send it. */
export interface FormObject {
  [name: string]: FormValue;
}

/** What a form's structured JSON is made of. */
export type FormValue = string | boolean | number | FormObject | FormValue[];

/**
 * One setting, in the three forms it has: a value of the specification, a piece of the form that Jenkins takes, and a
 * piece of the configuration that Jenkins stores. All of a pipeline's configuration is described by these, so that the
 * three cannot drift apart.
 */
export interface Field<T> {
  /** Puts a value into a form. */
  encode(value: T, form: FormObject): void;
  /** Takes the value out of the element that holds it; without one, the value that Jenkins takes then. */
  read(holder: XmlElement | undefined, reading: Reading): T;
  /** Changes the element that holds it until it reads as the value, and nothing else. */
  patch(holder: XmlElement, value: T, patching: Patching): void;
}

/** What is learned beside the values while reading. */
export class Reading {
  /** Elements that some field stands for. */
  readonly managed = new Set<XmlElement>();
  /** Secrets that are stored and never told, by path in the specification. */
  readonly unreadable: string[] = [];
  /** Where in the specification the reader is. */
  readonly path: string[] = [];

  /** The first child of a name, marked as managed. */
  child(holder: XmlElement | undefined, name: string): XmlElement | undefined {
    const child = holder?.child(name);
    if (child !== undefined) this.managed.add(child);
    return child;
  }

  /** Marks an element and all that it holds. */
  manageAll(element: XmlElement): void {
    this.managed.add(element);
    for (const child of element.elements) this.manageAll(child);
  }
}

/** What a change needs to know. */
export interface Patching {
  /** Whether secrets replace stored ones, although they cannot be compared. */
  readonly rewriteSecrets: boolean;
  /** Told when a secret was written in the clear. Jenkins encrypts it when it saves the next time. */
  secretWritten(): void;
}
