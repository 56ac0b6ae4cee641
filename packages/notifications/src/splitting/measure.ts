import { Buffer } from 'node:buffer';

/**
 * How long a text is in the eyes of a provider. A longer text never measures less, and every character measures at
 * least one.
 */
export type Measure = (text: string) => number;

/** Bytes of UTF-8: DingTalk, WeCom, Feishu. */
export const utf8Bytes: Measure = (text) => Buffer.byteLength(text);

/** Units of UTF-16, in which an emoji counts twice: Telegram. */
export const utf16Units: Measure = (text) => text.length;

/** Characters (code points): Discord, Pushover, Slack. */
export const characters: Measure = (text) => {
  let pairs = 0;
  for (let at = 0; at < text.length - 1; at++) {
    if (isPair(text, at)) {
      pairs++;
      at++;
    }
  }
  return text.length - pairs;
};

/** Bytes of the text within a JSON document, where a line end takes two: for limits on the whole request. */
export const jsonBytes: Measure = (text) => Buffer.byteLength(JSON.stringify(text)) - 2;

/** Whether one character is written by the two units at this place. */
export function isPair(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  const second = text.charCodeAt(at + 1);
  return first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 && second <= 0xdfff;
}
