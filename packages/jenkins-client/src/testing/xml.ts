/** An element of a configuration; text stands between its children as strings. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: (XmlElement | string)[];
}

/** The document is not well-formed. */
export class XmlError extends Error {}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** An element with text, other elements, or nothing. An empty text makes `<a></a>`, no child `<a/>`. */
export function element(
  name: string,
  content: string | number | boolean | readonly (XmlElement | undefined)[] = [],
  attributes: Record<string, string> = {},
): XmlElement {
  const children =
    typeof content === 'object' ? content.filter((child) => child !== undefined) : [String(content)];
  return { name, attributes, children };
}

/** The first child element of that name along a path of names. */
export function find(root: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let at = root;
  for (const name of path) at = at && elements(at).find((child) => child.name === name);
  return at;
}

/** The child elements, without the text between them. */
export function elements(parent: XmlElement | undefined): XmlElement[] {
  return parent?.children.filter((child) => typeof child !== 'string') ?? [];
}

/** The text directly inside an element; undefined when there is no such element. */
export function textOf(node: XmlElement | undefined): string | undefined {
  return node?.children.filter((child) => typeof child === 'string').join('');
}

/** Puts, replaces or (with undefined) removes a child; a new one stands after the children named in `after`. */
export function setChild(
  parent: XmlElement,
  name: string,
  child: XmlElement | undefined,
  after: readonly string[] = [],
): void {
  const rest = parent.children.filter((other) => typeof other === 'string' || other.name !== name);
  if (child) {
    const old = parent.children.findIndex((other) => typeof other !== 'string' && other.name === name);
    const behind = rest.findLastIndex((other) => typeof other !== 'string' && after.includes(other.name)) + 1;
    rest.splice(old >= 0 ? old : behind, 0, child);
  }
  parent.children = rest;
}

/** The document as Jenkins writes it: two spaces per level, text kept as it is. */
export function renderXml(root: XmlElement): string {
  return `<?xml version='1.1' encoding='UTF-8'?>\n${render(root, '')}`;
}

function render(node: XmlElement, indent: string): string {
  const attributes = Object.entries(node.attributes).map(([key, value]) => ` ${key}="${escape(value)}"`);
  const open = `${indent}<${node.name}${attributes.join('')}`;
  if (node.children.length === 0) return `${open}/>`;
  const inner = elements(node);
  if (inner.length === 0) return `${open}>${escape(textOf(node) ?? '')}</${node.name}>`;
  return `${open}>\n${inner.map((child) => render(child, `${indent}  `)).join('\n')}\n${indent}</${node.name}>`;
}

/** Control characters become references, tabs and line feeds excepted; so does XStream. */
function escape(text: string): string {
  return text
    .replace(/[<>&"']/g, (c) => `&${Object.keys(ENTITIES).find((name) => ENTITIES[name] === c)};`)
    .replace(/(?![\t\n])\p{Cc}/gu, (c) => `&#x${c.charCodeAt(0).toString(16)};`);
}

/** Reads a document; XmlError when it is not well-formed. Comments and processing instructions are dropped. */
export function parseXml(text: string): XmlElement {
  const top: XmlElement = { name: '', attributes: {}, children: [] };
  const open: XmlElement[] = [top];
  const token =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;
  let end = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    end = token.lastIndex;
    const [, cdata, close, name, attributes = '', empty, plain] = match;
    const parent = open.at(-1) ?? top;
    if (close !== undefined) {
      if (open.length === 1 || parent.name !== close) throw new XmlError(`unexpected </${close}>`);
      tidy(parent);
      open.pop();
    } else if (name !== undefined) {
      const child: XmlElement = { name, attributes: readAttributes(attributes), children: [] };
      parent.children.push(child);
      if (!empty) open.push(child);
    } else if (plain !== undefined) parent.children.push(unescape(plain));
    else if (cdata !== undefined) parent.children.push(cdata);
  }
  const root = elements(top);
  const stray = top.children.some((child) => typeof child === 'string' && child.trim() !== '');
  if (end !== text.length || open.length > 1 || root.length !== 1 || stray || !root[0]) {
    throw new XmlError('the document is not well-formed');
  }
  return root[0];
}

/** Drops the white space that only lays out the children, and keeps `<a></a>` apart from `<a/>`. */
function tidy(node: XmlElement): void {
  if (elements(node).length > 0) {
    node.children = node.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
  } else if (node.children.length === 0) node.children = [''];
}

function readAttributes(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, key = '', double, single] of text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    found[key] = unescape(double ?? single ?? '');
  }
  return found;
}

function unescape(text: string): string {
  return text.replace(/&(#x?[\da-f]+|\w+);/gi, (_, name: string) => {
    if (!name.startsWith('#')) {
      const known = ENTITIES[name];
      if (known === undefined) throw new XmlError(`unknown entity &${name};`);
      return known;
    }
    const hex = name[1] === 'x' || name[1] === 'X';
    return String.fromCodePoint(Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10));
  });
}
