// Go's strings are bytes. Only where bytes are asked for, as by len, index and slice, is a string turned into them.

const ascii = /^\p{ASCII}*$/u;
const encoder = new TextEncoder();

/** How many bytes a string has in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    if (code < 0x8_00) length += 1;
    else if (code < 0xd8_00 || code > 0xdb_ff || !isLow(text.charCodeAt(index + 1))) length += 2;
    else {
      length += 2;
      index += 1;
    }
  }
  return length;
}

const isLow = (code: number): boolean => code >= 0xdc_00 && code <= 0xdf_ff;

/** The bytes of a string in UTF-8. */
export const utf8Bytes = (text: string): Uint8Array => encoder.encode(text);

/** Bytes `start` to `end` of a string. A character that is cut in two becomes U+FFFD. */
export function sliceUtf8(text: string, start: number, end: number): string {
  if (ascii.test(text)) return text.slice(start, end);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8Bytes(text).subarray(start, end));
}

/** Orders strings as Go does, by their bytes; UTF-16 order differs for characters beyond U+FFFF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Puts surrogates behind all other units, where the characters they stand for belong. */
const rank = (code: number): number => (code >= 0xd8_00 && code <= 0xdf_ff ? code + 0x1_00_00 : code);
