/**
 * Writing of DER (X.690), as much as certificates need: every function returns one complete element. There is no
 * reading here: certificates are read by `node:crypto`.
 */

const element = (tag: number, ...contents: Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents);
  const length: number[] = [];
  if (body.length < 0x80) length.push(body.length);
  else {
    for (let rest = body.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
    length.unshift(0x80 | length.length);
  }
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};

export const sequence = (...elements: Uint8Array[]): Buffer => element(0x30, ...elements);
export const set = (...elements: Uint8Array[]): Buffer => element(0x31, ...elements);
export const boolean = (value: boolean): Buffer => element(0x01, Buffer.from([value ? 0xff : 0]));
export const octetString = (bytes: Uint8Array): Buffer => element(0x04, bytes);
export const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text, 'utf8'));

/** A non-negative integer from big-endian bytes. */
export const integer = (bytes: Uint8Array): Buffer => {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(start));
  return element(0x02, digits[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
};

/** A bit string; `unused` bits at the end of the last byte do not count. */
export const bitString = (bytes: Uint8Array, unused = 0): Buffer =>
  element(0x03, Buffer.from([unused]), bytes);

/** An object identifier from its dotted form. */
export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const group = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) group.unshift(0x80 | (left & 0x7f));
    bytes.push(...group);
  }
  return element(0x06, Buffer.from(bytes));
};

/** A point in time with whole seconds: UTCTime until 2049, GeneralizedTime after, as RFC 5280 section 4.1.2.5 asks. */
export const time = (date: Date): Buffer => {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
};

/** A context-specific tag: `constructed` wraps whole elements, otherwise the contents are raw bytes. */
export const tagged = (number: number, constructed: boolean, contents: Uint8Array): Buffer =>
  element((constructed ? 0xa0 : 0x80) | number, contents);
