import { isObject } from '@armillary/resource';
import { parse } from 'yaml';
import { cutText } from '../../splitting/cut-text.ts';
import { jsonBytes, utf8Bytes } from '../../splitting/measure.ts';

/** A piece of a line: text, a link, a mention (Feishu: rich text). */
interface PostElement {
  readonly tag: string;
  readonly [member: string]: unknown;
}

/** A rich text in one language: paragraphs, each a list of elements, and a title unless it has none. */
interface PostText {
  readonly title?: string;
  readonly content: readonly (readonly PostElement[])[];
}

/** A rich text in its languages, by their names (`zh_cn`). */
export type Post = Readonly<Record<string, PostText>>;

/**
 * The rich text that a template wrote as YAML or JSON. What is no rich text, such as the result of a template for plain
 * text, is one whose lines are its paragraphs, so that it is told all the same. Without `yaml` only JSON is read.
 */
export function parsePost(text: string, yaml = true): Post {
  return readPost(text, yaml) ?? { zh_cn: { content: text.split('\n').map((line) => [textElement(line)]) } };
}

/** Most characters of one notice that are read as YAML: as much as takes two seconds at worst. */
const mostYaml = 1024 * 1024;

/**
 * `parsePost` for the texts of one notice: each is read once, however often it is measured, and those that come after
 * too many others are taken for plain text.
 */
export function postReader(): (text: string) => Post {
  const known = new Map<string, Post>();
  let left = mostYaml;
  return (text) => {
    const found = known.get(text) ?? parsePost(text, text.length <= left);
    if (!known.has(text)) left -= text.length;
    known.set(text, found);
    return found;
  };
}

/** A rich text with one more paragraph at the end, in every language; itself when there is nothing to add. */
export function withParagraph(post: Post, text: string): Post {
  if (text === '') return post;
  return Object.fromEntries(
    Object.entries(post).map(([language, of]) => [
      language,
      { ...of, content: [...of.content, [textElement(text)]] },
    ]),
  );
}

/**
 * Takes a rich text apart that is too long: paragraph by paragraph, a long paragraph into several. Every part has the
 * titles, is JSON, and leaves place for `closing` as one more paragraph. Throws `DeliveryError` `permanent` when the
 * limit leaves no place for text.
 */
export function cutPost(whole: Post, limit: number, closing: string): string[] {
  const post = Object.entries(whole);
  const share = Math.floor(limit / post.length);
  const pages = post.map(([language, of]) => {
    const frame = postBytes(withParagraph({ [language]: { ...of, content: [] } }, closing));
    return paginate(of.content, share - frame).map((content) => [language, { ...of, content }] as const);
  });
  const count = Math.max(...pages.map((of) => of.length));
  return Array.from({ length: count }, (_, page) =>
    JSON.stringify(Object.fromEntries(pages.flatMap((of) => of.slice(page, page + 1)))),
  );
}

/** The bytes of a rich text's JSON. */
export function postBytes(post: Post): number {
  return utf8Bytes(JSON.stringify(post));
}

function paginate(content: PostText['content'], limit: number): PostText['content'][] {
  const pages: (readonly PostElement[])[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const paragraph of content.flatMap((whole) => cutParagraph(whole, limit))) {
    const bytes = utf8Bytes(JSON.stringify(paragraph)) + 1;
    if (size + bytes > limit) {
      pages.push([]);
      size = 0;
    }
    pages.at(-1)?.push(paragraph);
    size += bytes;
  }
  return pages;
}

/** Paragraphs that fit: this one, or its elements one by one with their texts cut. */
function cutParagraph(paragraph: readonly PostElement[], limit: number): (readonly PostElement[])[] {
  if (utf8Bytes(JSON.stringify(paragraph)) < limit) return [paragraph];
  return paragraph.flatMap((element) => {
    const { text } = element;
    if (typeof text !== 'string') return [[element]];
    const frame = utf8Bytes(JSON.stringify([{ ...element, text: '' }])) + 1;
    return cutText(text, limit - frame, jsonBytes).map((piece) => [{ ...element, text: piece }]);
  });
}

function readPost(text: string, yaml: boolean): Post | undefined {
  const value = readJson(text) ?? (yaml ? readYaml(text) : undefined);
  if (!isObject(value)) return undefined;
  const languages = Object.entries(value).map(([language, of]) => [language, readText(of)] as const);
  if (languages.length === 0 || languages.some(([, of]) => of === undefined)) return undefined;
  return Object.fromEntries(languages) as Post;
}

/** JSON is YAML too, but read much faster as what it is. */
function readJson(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readYaml(text: string): unknown {
  // Plain text need not be read as YAML, which takes long: every element of a rich text has a tag.
  if (!text.includes('tag')) return undefined;
  try {
    // No aliases: a short text could stand for a huge one.
    return parse(text, { maxAliasCount: 0, logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

function readText(value: unknown): PostText | undefined {
  if (!isObject(value) || !Array.isArray(value['content'])) return undefined;
  const title = typeof value['title'] === 'string' ? { title: value['title'] } : {};
  const content = (value['content'] as unknown[]).filter((paragraph) => paragraph !== null);
  return content.every((paragraph) => Array.isArray(paragraph) && paragraph.every(isElement))
    ? { ...title, content }
    : undefined;
}

function isElement(value: unknown): value is PostElement {
  return isObject(value) && typeof value['tag'] === 'string';
}

const textElement = (text: string): PostElement => ({ tag: 'text', text });
