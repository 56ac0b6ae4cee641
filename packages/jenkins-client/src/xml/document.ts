import { TooLargeError, UnexpectedBodyError } from '../errors.ts';
import { XmlElement, type Layout, type XmlNode } from './element.ts';

/** The largest configuration taken, in characters. Scripts of megabytes fit; nothing sane is larger. */
const MAX_XML_LENGTH = 16 * 1024 * 1024;

/** The deepest nesting taken. */
const MAX_DEPTH = 200;

/** The next markup: a comment, a CDATA section, an instruction, an end tag, or a start tag. */
const MARKUP =
  /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<\/([^\s<>/]+)(\s*)>|<([^\s<>/!?]+)((?:\s+[^\s=<>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*)(\/?)>/y;

/** A configuration: the element at its root with what stands around it. */
export class XmlDocument {
  readonly root: XmlElement;
  private readonly before: string;
  private readonly after: string;

  private constructor(root: XmlElement, before: string, after: string) {
    this.root = root;
    this.before = before;
    this.after = after;
  }

  /**
   * Reads a configuration. Document types and the entities that they declare are refused: Jenkins writes none, and they
   * are a way to attack readers. Throws UnexpectedBodyError for what is no XML, TooLargeError beyond the limits.
   */
  static parse(text: string): XmlDocument {
    if (text.length > MAX_XML_LENGTH) {
      throw new TooLargeError(
        `The configuration is larger than ${MAX_XML_LENGTH} characters.`,
        MAX_XML_LENGTH,
      );
    }
    checkEncoding(text);
    const top: XmlNode[] = [];
    const open: XmlElement[] = [];
    const layout: Layout = { lineEnd: '\n', indent: '  ' };
    let at = 0;
    while (at < text.length) {
      const siblings = open.at(-1)?.children ?? top;
      const next = text.indexOf('<', at);
      if (next !== at) {
        const raw = text.slice(at, next === -1 ? text.length : next);
        if (open.length === 0 && raw.trim() !== '')
          throw malformed(`text outside of the root at character ${at}`);
        siblings.push({ kind: 'text', raw });
        at += raw.length;
        continue;
      }
      at = readMarkup(text, at, siblings, open, layout);
    }
    if (open.length > 0) throw malformed(`<${open.at(-1)?.name ?? ''}> has no end`);
    const rootAt = top.findIndex((node) => node.kind === 'element');
    const root = top[rootAt];
    if (root?.kind !== 'element' || top.filter((node) => node.kind === 'element').length > 1) {
      throw malformed('there is not one root element');
    }
    Object.assign(layout, layoutOf(root));
    return new XmlDocument(
      root,
      top.slice(0, rootAt).map(rawOf).join(''),
      top
        .slice(rootAt + 1)
        .map(rawOf)
        .join(''),
    );
  }

  /** The configuration as text; as it was read, where nothing changed. */
  toString(): string {
    return this.before + this.root.toString() + this.after;
  }
}

/** Reads one piece of markup, adds it to its parent, and tells where the next begins. */
function readMarkup(
  text: string,
  at: number,
  siblings: XmlNode[],
  open: XmlElement[],
  layout: Layout,
): number {
  MARKUP.lastIndex = at;
  const match = MARKUP.exec(text);
  if (match === null) throw malformed(`what stands at character ${at}`);
  const [raw, endName, endSpace, name, attributes, slash] = match;
  if (endName !== undefined) {
    const element = open.pop();
    if (element?.name !== endName) throw malformed(`</${endName}> ends nothing`);
    element.endSpace = endSpace ?? '';
  } else if (name !== undefined) {
    const element = new XmlElement(name, attributes ?? '', open.length, layout, slash === '/');
    siblings.push(element);
    if (slash !== '/') open.push(element);
    if (open.length > MAX_DEPTH)
      throw new TooLargeError(`The configuration is nested deeper than ${MAX_DEPTH}.`, MAX_DEPTH);
  } else if (raw.startsWith('<![CDATA[')) {
    if (open.length === 0) throw malformed('a CDATA section outside of the root');
    siblings.push({ kind: 'cdata', raw });
  } else {
    siblings.push({ kind: 'other', raw });
  }
  return at + raw.length;
}

/** How the first child of the root is set apart; as Jenkins does it when there is none. */
function layoutOf(root: XmlElement): Partial<Layout> {
  const [first] = root.children;
  if (root.elements.length === 0) return {};
  const [, lineEnd = '', indent = ''] =
    /(\r?\n)([ \t]*)$/.exec(first?.kind === 'text' ? first.raw : '') ?? [];
  return { lineEnd, indent };
}

function rawOf(node: XmlNode): string {
  return node.kind === 'element' ? node.toString() : node.raw;
}

/** Answers are read as UTF-8, the encoding of all that Jenkins writes; files from elsewhere may be in another. */
function checkEncoding(text: string): void {
  const encoding = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)/.exec(text.slice(0, 200))?.[1] ?? 'UTF-8';
  if (text.includes('\ufffd') && !/^utf-?8$/i.test(encoding)) {
    throw malformed(`it is written in ${encoding}; save the item once in Jenkins`);
  }
}

function malformed(what: string): UnexpectedBodyError {
  return new UnexpectedBodyError(`The stored configuration is no XML that this client understands: ${what}.`);
}
