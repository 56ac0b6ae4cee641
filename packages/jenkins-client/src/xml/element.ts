import { decodeText, encodeText } from './text.ts';

/** Something between tags: an element, or text, comments and CDATA sections exactly as they were read. */
export type XmlNode = XmlElement | XmlText;

/** Characters that are kept as they are. */
interface XmlText {
  readonly kind: 'text' | 'cdata' | 'other';
  readonly raw: string;
}

/** What stands between the elements of a document: both are empty when it is all on one line. */
export interface Layout {
  lineEnd: string;
  indent: string;
}

const ONE_LINE: Layout = { lineEnd: '', indent: '' };

const ATTRIBUTE = /\s+([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * An element of a configuration, to be read and changed. What is not changed is written as it was read, byte for byte.
 */
export class XmlElement {
  readonly kind = 'element';
  readonly name: string;
  /** How deep it is nested; the root is 0. */
  private readonly depth: number;
  private layout: Layout;
  /** The attributes as they were read, with the white space before them. */
  attributes: string;
  children: XmlNode[] = [];
  /** As read: how an element without children was written. */
  private selfClosing: boolean;
  /** White space inside the end tag, as read. */
  endSpace = '';

  constructor(name: string, attributes: string, depth: number, layout: Layout, selfClosing = true) {
    this.name = name;
    this.depth = depth;
    this.layout = layout;
    this.attributes = attributes;
    this.selfClosing = selfClosing;
  }

  /** The child elements. */
  get elements(): readonly XmlElement[] {
    return this.children.filter((child) => child.kind === 'element');
  }

  /** The first child element of a name. */
  child(name: string): XmlElement | undefined {
    return this.children.find(
      (child): child is XmlElement => child.kind === 'element' && child.name === name,
    );
  }

  /** An attribute's value. */
  attribute(name: string): string | undefined {
    for (const [, key, double, single] of this.attributes.matchAll(ATTRIBUTE)) {
      if (key === name) return decodeText(double ?? single ?? '');
    }
    return undefined;
  }

  /** Changes the value of an attribute that is there; undefined takes it away. */
  setAttribute(name: string, value: string | undefined): void {
    const written = value === undefined ? '' : ` ${name}="${encodeText(value)}"`;
    this.attributes = this.attributes.replace(ATTRIBUTE, (raw, key) => (key === name ? written : raw));
  }

  /** Whether the content is not the object itself but another's, or in a form that only its Java class can read. */
  get isOpaque(): boolean {
    return ['reference', 'serialization', 'resolves-to'].some((name) => this.attribute(name) !== undefined);
  }

  /** The text of this element, child elements left out. */
  get text(): string {
    return this.children.map(characters).join('');
  }

  /** Replaces everything inside by text. */
  set text(text: string) {
    this.children = text === '' ? [] : [{ kind: 'text', raw: encodeText(text) }];
  }

  /** Adds a new child element at the end, indented as its siblings are. */
  add(name: string, attributes = ''): XmlElement {
    return this.append(new XmlElement(name, attributes, this.depth + 1, this.layout));
  }

  /** Puts child elements, which are all of this element's or were, at the end in this order. */
  moveToEnd(elements: readonly XmlElement[]): void {
    this.removeAll(elements);
    for (const element of elements) this.append(element);
  }

  private append(element: XmlElement): XmlElement {
    const closing = isBlank(this.children.at(-1)) ? this.children.pop() : undefined;
    const { lineEnd, indent } = this.layout;
    const lastAt = this.children.findLastIndex((child) => child.kind === 'element');
    const before = this.children[lastAt - 1];
    const gap = lastAt === -1 ? lineEnd + indent.repeat(element.depth) : isBlank(before) ? before.raw : '';
    if (gap === '') element.layout = ONE_LINE;
    const end = closing ?? { kind: 'text', raw: gap && lineEnd + indent.repeat(this.depth) };
    this.children.push({ kind: 'text', raw: gap }, element, end);
    this.selfClosing = false;
    return element;
  }

  /** Takes a child element out, with the white space before it. */
  remove(element: XmlElement): void {
    this.removeAll([element]);
  }

  /** Takes all child elements of a name out. */
  removeNamed(name: string): void {
    this.removeAll(this.elements.filter((element) => element.name === name));
  }

  /** Takes child elements out, with the white space before each. */
  removeAll(elements: Iterable<XmlElement>): void {
    const gone = new Set<XmlNode>(elements);
    if (gone.size === 0) return;
    const kept: XmlNode[] = [];
    for (const child of this.children) {
      if (!gone.has(child)) kept.push(child);
      else if (isBlank(kept.at(-1))) kept.pop();
    }
    this.children = kept.every(isBlank) ? [] : kept;
    if (this.children.length === 0) this.selfClosing = true;
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
  return node.kind === 'cdata'
    ? node.raw.slice('<![CDATA['.length, -']]>'.length).replace(/\r\n?/g, '\n')
    : '';
}

function isBlank(node: XmlNode | undefined): node is XmlText {
  return node?.kind === 'text' && node.raw.trim() === '';
}

function write(node: XmlNode): string {
  return node.kind === 'element' ? node.toString() : node.raw;
}
