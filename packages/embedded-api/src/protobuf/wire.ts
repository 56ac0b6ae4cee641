/** Bytes that are not a protobuf message. The message says where reading stopped. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** One field of a message as it is on the wire: `varint` holds numbers, `bytes` everything with a length. */
export interface WireField {
  number: number;
  wireType: 0 | 1 | 2 | 5;
  /** Of wire type 0, as an unsigned 64-bit number. */
  varint: bigint;
  /** Of wire types 1, 2 and 5; a view on the input. */
  bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const LONGEST_VARINT = 10;

/** Reads one varint at `at`; returns its value and the position after it. */
const readVarint = (bytes: Uint8Array, at: number): [bigint, number] => {
  // Lengths and field numbers are short: stay with plain numbers as long as they are exact.
  let small = 0;
  let value = 0n;
  for (let i = 0; i < LONGEST_VARINT; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new WireError('unexpected EOF');
    if (i < 4) small |= (byte & 0x7f) << (7 * i);
    else value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return [BigInt.asUintN(64, value | BigInt(small)), at + i + 1];
  }
  throw new WireError('proto: integer overflow');
};

const take = (bytes: Uint8Array, at: number, length: number): Uint8Array => {
  if (length > bytes.length - at) throw new WireError('unexpected EOF');
  return bytes.subarray(at, at + length);
};

/** The fields of one message in wire order. Throws `WireError` on truncated or malformed input. */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  while (at < bytes.length) {
    let tag: bigint;
    [tag, at] = readVarint(bytes, at);
    const number = Number(tag >> 3n);
    if (number < 1 || number > 536_870_911) throw new WireError(`proto: illegal tag ${number}`);
    const wireType = Number(tag & 7n);
    if (wireType === 0) {
      const [varint, next] = readVarint(bytes, at);
      at = next;
      yield { number, wireType, varint, bytes: NOTHING };
    } else if (wireType === 2) {
      const [length, next] = readVarint(bytes, at);
      const content = take(bytes, next, Number(length));
      at = next + content.length;
      yield { number, wireType, varint: 0n, bytes: content };
    } else if (wireType === 1 || wireType === 5) {
      const content = take(bytes, at, wireType === 1 ? 8 : 4);
      at += content.length;
      yield { number, wireType, varint: 0n, bytes: content };
    } else throw new WireError(`proto: illegal wireType ${wireType}`);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A field's content as text. Throws `WireError` when it is not UTF-8. */
export const textOf = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new WireError('string field contains invalid UTF-8', { cause });
  }
};
