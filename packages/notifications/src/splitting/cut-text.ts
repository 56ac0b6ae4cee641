import { DeliveryError } from '../delivery-error.ts';
import { isPair, type Measure } from './measure.ts';

/** The longest entity of HTML that is worth keeping whole, `&#x1F600;` and the like. */
const longestEntity = 32;

/**
 * Cuts a text into pieces that measure at most `limit`: at line ends where there are any in the second half of a
 * piece, else between words, else between characters, but not within an entity (`&amp;`) or behind a backslash. The
 * line end or blank at which the text was cut is left out, and so are pieces of blanks; all else is there. Takes time
 * linear in the text. Throws `DeliveryError` `permanent` when the limit is too small for a single character.
 */
export function cutText(text: string, limit: number, measure: Measure): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    // A character has at most two units and measures at least one: what fits is within this window.
    const window = text.slice(from, from + 2 * limit + 2);
    const longest = fittingPrefix(window, limit, measure);
    if (longest === 0) {
      throw new DeliveryError(
        'permanent',
        `no text fits into messages of length ${String(limit)}: raise the limit`,
      );
    }
    const cut =
      from + longest === text.length ? { end: longest, next: longest } : sensibleCut(window, longest);
    pieces.push(window.slice(0, cut.end));
    from += cut.next;
  }
  return pieces.filter((piece) => piece.trim() !== '');
}

/** The length of the longest beginning that measures at most `limit` and ends between two characters. */
function fittingPrefix(text: string, limit: number, measure: Measure): number {
  let fits = 0;
  let over = text.length + 1;
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    const end = isPair(text, middle - 1) ? middle + 1 : middle;
    if (measure(text.slice(0, end)) <= limit) fits = end;
    else over = middle;
  }
  return fits;
}

/** Where to end a piece of at most `longest` units, and where the next one begins. */
function sensibleCut(text: string, longest: number): { end: number; next: number } {
  const least = longest >> 1;
  for (const separator of ['\n', ' ']) {
    const at = text.lastIndexOf(separator, longest);
    if (at > least) return { end: at, next: at + 1 };
  }
  const end = unbrokenEnd(text, longest);
  return { end, next: end };
}

/** Goes back to where neither an entity nor a backslash and what it stands before are torn apart. */
function unbrokenEnd(text: string, longest: number): number {
  const entity = text.lastIndexOf('&', longest - 1);
  if (entity > 0 && longest - entity < longestEntity) {
    const whole = /^&#?\w+;/.exec(text.slice(entity, entity + longestEntity));
    if (whole && entity + whole[0].length > longest) return entity;
  }
  let backslashes = 0;
  while (text[longest - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1 && longest > 1 ? longest - 1 : longest;
}
