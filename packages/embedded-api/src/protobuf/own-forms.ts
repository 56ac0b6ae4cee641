import { goDuration } from '../builtin/scalar-forms.ts';
import { textOf, WireError, wireFields } from './wire.ts';

const signed = (varint: bigint): number => Number(BigInt.asIntN(64, varint));

/** The years that Go prints as a time; others are not a time in JSON. */
const EARLIEST = Date.parse('0000-01-01T00:00:00Z') / 1000;
const LATEST = Date.parse('9999-12-31T23:59:59Z') / 1000;

/** meta/v1 Timestamp as RFC 3339; `null` when empty, which is Go's zero time. */
const time = (bytes: Uint8Array, micro: boolean): string | null => {
  if (bytes.length === 0) return null;
  let [seconds, nanos] = [0, 0];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) seconds = signed(field.varint);
    if (field.number === 2) nanos = signed(field.varint);
  }
  if (seconds < EARLIEST || seconds > LATEST || nanos < 0 || nanos > 999_999_999)
    throw new WireError('Time.MarshalJSON: year outside of range [0,9999]');
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micro ? `${text}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${text}Z`;
};

/** Text of the first field, where a message wraps one string or one JSON document. */
const onlyText = (bytes: Uint8Array): string => {
  let text = '';
  for (const field of wireFields(bytes)) if (field.number === 1) text = textOf(field.bytes);
  return text;
};

const rawJson = (bytes: Uint8Array): unknown => {
  const text = onlyText(bytes);
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new WireError('an embedded object is not JSON', { cause });
  }
};

const intOrString = (bytes: Uint8Array): number | string => {
  let [type, number, text] = [0, 0, ''];
  for (const field of wireFields(bytes)) {
    if (field.number === 1) type = signed(field.varint);
    if (field.number === 2) number = Number(BigInt.asIntN(32, field.varint));
    if (field.number === 3) text = textOf(field.bytes);
  }
  return type === 0 ? number : text;
};

const duration = (bytes: Uint8Array): string => {
  let nanoseconds = 0;
  for (const field of wireFields(bytes)) if (field.number === 1) nanoseconds = signed(field.varint);
  return goDuration(nanoseconds);
};

const strings = (bytes: Uint8Array): string[] => {
  const all: string[] = [];
  for (const field of wireFields(bytes)) if (field.number === 1) all.push(textOf(field.bytes));
  return all;
};

/** How types with a JSON form of their own are read from the bytes of their message. */
export const ownForms: Record<string, (bytes: Uint8Array) => unknown> = {
  time: (bytes) => time(bytes, false),
  microtime: (bytes) => time(bytes, true),
  duration,
  quantity: (bytes) => onlyText(bytes) || '0',
  intorstring: intOrString,
  raw: rawJson,
  fields: rawJson,
  json: rawJson,
  wrappedstrings: strings,
};
