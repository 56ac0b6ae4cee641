import { decodeText, encodeText } from './text.ts';

/** Something between tags: an element, or text, comments and CDATA sections exactly as they were read. */
export type XmlNode = XmlElement | XmlText;

/** Characters that are kept as they are. */
interface XmlText {
  readonly kind: 'text' | 'cdata' | 'other';
  readonly raw: string;
}

/**
 * An element of a configuration, to be read and changed. What is not changed is written as it was read, byte for byte.
 */
export class XmlElement {
  readonly kind = 'element';
  readonly name: string;
  /** How deep it is nested; the root is 0. */
  readonly depth: number;
  /** The attributes as they were read, with the white space before them. */
  attributes: string;
  readonly children: XmlNode[] = [];
  /** As read: how an element without children was written. */
  private selfClosing: boolean;
  /** White space inside the end tag, as read. */
  endSpace = '';

  constructor(name: string, attributes = '', depth = 0, selfClosing = true) {
    this.name = name;
    this.depth = depth;
    this.attributes = attributes;
    this.selfClosing = selfClosing;
  }

  /** The child elements. */
  get elements(): readonly XmlElement[] {
    return this.children.filter((child) => child.kind === 'element');
  }

  /** The first child element of a name. */
  child(name: string): XmlElement | undefined {
    return this.elements.find((element) => element.name === name);
  }

  /** An attribute's value. */
  attribute(name: string): string | undefined {
    const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(this.attributes);
    const raw = match?.[1] ?? match?.[2];
    return raw === undefined ? undefined : decodeText(raw);
  }

  /** The text of this element, child elements left out. */
  get text(): string {
    return this.children.map(characters).join('');
  }

  /** Replaces everything inside by text. */
  set text(text: string) {
    this.children.length = 0;
    if (text !== '') this.children.push({ kind: 'text', raw: encodeText(text) });
  }

  /** Adds a new child element at the end, indented as Jenkins does. */
  add(name: string, attributes = ''): XmlElement {
    return this.append(new XmlElement(name, attributes, this.depth + 1));
  }

  /** Puts child elements, which are all of this element's or were, at the end in this order. */
  moveToEnd(elements: readonly XmlElement[]): void {
    for (const element of elements) {
      this.remove(element);
      this.append(element);
    }
  }

  private append(element: XmlElement): XmlElement {
    const last = this.children.at(-1);
    const closing = last?.kind === 'text' && last.raw.trim() === '' ? this.children.pop() : undefined;
    this.children.push({ kind: 'text', raw: `\n${'  '.repeat(element.depth)}` }, element);
    this.children.push(closing ?? { kind: 'text', raw: `\n${'  '.repeat(this.depth)}` });
    this.selfClosing = false;
    return element;
  }

  /** Takes a child element out, with the white space before it. */
  remove(element: XmlElement): void {
    const at = this.children.indexOf(element);
    const before = this.children[at - 1];
    const spaced = before?.kind === 'text' && before.raw.trim() === '';
    this.children.splice(spaced ? at - 1 : at, spaced ? 2 : 1);
    if (this.elements.length === 0 && this.text.trim() === '' && this.children.every(isPlainText)) {
      this.children.length = 0;
      this.selfClosing = true;
    }
  }

  /** The element as text. */
  toString(): string {
    const open = `<${this.name}${this.attributes}`;
    if (this.children.length === 0 && this.selfClosing) return `${open}/>`;
    return `${open}>${this.children.map(write).join('')}</${this.name}${this.endSpace}>`;
  }
}

function characters(node: XmlNode): string {
  if (node.kind === 'text') return decodeText(node.raw);
  return node.kind === 'cdata' ? node.raw.slice('<![CDATA['.length, -']]>'.length) : '';
}

function isPlainText(node: XmlNode): boolean {
  return node.kind === 'text';
}

function write(node: XmlNode): string {
  return node.kind === 'element' ? node.toString() : node.raw;
}
