import type { KubeObject } from '../object.ts';

const texts = new WeakMap<object, string>();
const lineSeparator = /[\u2028\u2029]/;
const lineSeparators = /[\u2028\u2029]/g;

/**
 * JSON with U+2028 and U+2029 escaped: both are legal in JSON, but clients that read a watch by lines may break
 * there. Go's encoder escapes them too.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return lineSeparator.test(text)
    ? text.replace(lineSeparators, (c) => (c === '\u2028' ? '\\u2028' : '\\u2029'))
    : text;
}

/** The JSON text of an object that is never changed any more; made once, kept as long as the object. */
export function objectText(object: KubeObject): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = jsonText(object);
    texts.set(object, text);
  }
  return text;
}

/** Parses the text of a stored object and remembers it as the object's text. */
export function parseObject(text: string): KubeObject {
  const object = JSON.parse(text) as KubeObject;
  texts.set(object, text);
  return object;
}
