import { InvalidError, UnexpectedBodyError } from '../errors.ts';

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['apos', "'"],
  ['quot', '"'],
]);

/**
 * Text between tags as the characters it stands for. Line ends become `\n`, as XML demands: a carriage return that is
 * meant is written as a reference. Throws UnexpectedBodyError for references that nothing declares.
 */
export function decodeText(raw: string): string {
  return raw.replace(/\r\n?/g, '\n').replace(/&([^;&\s]{1,40};)?/g, (whole, name: string | undefined) => {
    const body = name?.slice(0, -1) ?? '';
    const character = body.startsWith('#') ? numericCharacter(body) : ENTITIES.get(body);
    if (character === undefined) {
      throw new UnexpectedBodyError(
        `The configuration holds the reference "${whole}", which XML does not know.`,
      );
    }
    return character;
  });
}

function numericCharacter(body: string): string | undefined {
  const digits = /^#x([0-9a-fA-F]+)$/.exec(body)?.[1];
  const code =
    digits === undefined ? (/^#\d+$/.test(body) ? Number(body.slice(1)) : -1) : parseInt(digits, 16);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return code > 0 && code <= 0x10ffff && !surrogate ? String.fromCodePoint(code) : undefined;
}

/**
 * Characters as text between tags, in the way that Jenkins writes it. Control characters, and what XML 1.1 takes for a
 * line end (U+0085, U+2028), become references, so that they survive parsing.
 */
export function encodeText(text: string): string {
  return text
    .replace(/[&<>'"]/g, escapeMarkup)
    .replace(CONTROLS, (c) => `&#x${c.charCodeAt(0).toString(16)};`);
}

/** Control characters, tabs and line feeds excepted, and the line separator. */
const CONTROLS = /(?![\t\n])[\p{Cc}\u2028]/gu;

function escapeMarkup(character: string): string {
  for (const [name, value] of ENTITIES) if (value === character) return `&${name};`;
  return character;
}

/**
 * What in a text no XML 1.1 document can hold, in words; undefined when all is well. Jenkins stores configuration as
 * XML 1.1, so such text would be lost or damage the file.
 */
export function unstorable(text: string): string | undefined {
  if (text.includes('\0')) return 'the character NUL';
  if (/[\ufffe\uffff]/.test(text)) return 'U+FFFE or U+FFFF';
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text))
    return 'half a surrogate pair';
  return undefined;
}

/** Throws InvalidError for a text that no configuration file can hold; `name` is what it is in the message. */
export function checkStorable(text: string, name: string): void {
  const problem = unstorable(text);
  if (problem === undefined) return;
  throw new InvalidError(`${name} holds ${problem}, which no configuration file can.`);
}
