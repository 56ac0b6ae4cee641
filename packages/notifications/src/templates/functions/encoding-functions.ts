import { Buffer } from 'node:buffer';
import { goFunction, safeHtml, scalarType } from '@armillary/go-template';
import { goJson } from './go-json.ts';

/** Go's `url.QueryUnescape`. */
function queryUnescape(text: string): string {
  const broken = /%(?![0-9a-f]{2}).{0,2}/is.exec(text);
  if (broken) throw new Error(`invalid URL escape ${JSON.stringify(broken[0])}`);
  const latin1 = Buffer.from(text.replaceAll('+', ' ')).toString('latin1');
  const bytes = latin1.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}

function base64Decode(text: string): string {
  if (!/^[\w-]*={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new Error('illegal base64 data: use the alphabet for URLs');
  return Buffer.from(text, 'base64url').toString();
}

/** Base64 in the alphabet for URLs, padded: Go's `base64.URLEncoding`. */
const base64Encode = (text: string): string =>
  Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

/** An address that may stand in HTML as it is: Go's `template.URL`. */
const safeUrl = scalarType<string>({ name: 'template.URL', kind: 'string' });

/** Functions that write values for other formats. */
export const encodingFunctions = {
  toJson: goFunction(['any'], goJson),
  /** The inside of a string of JSON, without its quotes. */
  escape: goFunction(['string'], (text) => goJson(text).slice(1, -1)),
  base64encode: goFunction(['string'], base64Encode),
  base64decode: goFunction(['string'], base64Decode),
  urlUnescape: goFunction(['string'], queryUnescape),
  safeHtml: goFunction(['string'], (text) => safeHtml.of(text)),
  safeUrl: goFunction(['string'], (text) => safeUrl.of(text)),
};
