import { escapeHtmlText, escapeUnquoted } from '../functions/escape.ts';
import { utf8Length } from '../values/utf8.ts';
import type { Output } from './output.ts';

/** Attributes whose value is an address. */
const addressAttribute =
  /[\s"'/](?:action|background|cite|data|formaction|href|poster|src|xlink:href)\s*=\s*(?:"([^"]*)|'([^']*)|([^\s"'>]*))$/i;
const unquotedAttribute = /<[a-z][^<>]*\s[^\s"'<>=/]+\s*=\s*[^\s"'<>]*$/i;
const safeScheme = /^(?:https?|mailto|tel):/i;
/** What Go writes in place of an address with a scheme that could run a program. */
const refused = '#ZgotmplZ';
/** How much of the text before an action is looked at. */
const lookBehind = 512;

/**
 * Escapes what actions give, for two places of an HTML document: text, and the values of attributes. In an attribute
 * without quotes spaces are escaped too; an address attribute takes only http, https, mailto, tel and relative
 * addresses. Nothing is done for scripts, styles, event handlers and comments: templates must not put data there.
 */
export class HtmlOutput implements Output {
  text = '';
  bytes = 0;
  // The end of what was written, kept apart: reading it from a text that grows would copy all of it each time.
  #tail = '';

  literal(text: string): void {
    this.text += text;
    this.bytes += utf8Length(text);
    this.#tail = (text.length < lookBehind ? this.#tail + text : text).slice(-lookBehind);
  }

  value(text: string, safe: boolean): void {
    if (safe) this.literal(text);
    else if (!this.#tail.includes('=')) this.literal(escapeHtmlText(text));
    else this.#attribute(text);
  }

  #attribute(text: string): void {
    const address = addressAttribute.exec(this.#tail);
    const value =
      address && isDangerous((address[1] ?? address[2] ?? address[3] ?? '') + text) ? refused : text;
    this.literal(unquotedAttribute.test(this.#tail) ? escapeUnquoted(value) : escapeHtmlText(value));
  }
}

/** Whether an address has a scheme other than those that only fetch or write mail. Browsers skip control characters. */
function isDangerous(address: string): boolean {
  const plain = address.replace(/[\0-\x20\x7f]/g, '');
  const scheme = /^[^/?#]*?:/.exec(plain);
  return scheme !== null && !safeScheme.test(plain);
}
