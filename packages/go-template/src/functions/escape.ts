import { isPrintable } from '../format/quote.ts';
import { sprint } from '../format/printer.ts';

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  '&': '&amp;',
  "'": '&#39;',
  '+': '&#43;',
  '<': '&lt;',
  '>': '&gt;',
};
const scriptEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '"': '\\"' };

/** Text for HTML as Go's `html` writes it. */
export const escapeHtml = (text: string): string =>
  text.replace(/[\0"&'<>]/g, (found) => htmlEscapes[found] ?? '');

/** Text for HTML as Go's html/template writes it: also `+` is escaped, which older browsers read as UTF-7. */
export const escapeHtmlText = (text: string): string =>
  text.replace(/[\0"&'+<>]/g, (found) => htmlEscapes[found] ?? '');

/** Text for an attribute without quotes: whatever could end it is escaped too. */
export const escapeUnquoted = (text: string): string =>
  escapeHtmlText(text).replace(/[\t\n\v\f\r =`]/g, (found) => `&#${found.charCodeAt(0)};`);

/** Text for a string of JavaScript, as Go's `js` writes it. */
export const escapeScript = (text: string): string =>
  text.replace(/[\p{Cc}\\'"<>&=]|\P{ASCII}/gu, (found) => {
    const escape = scriptEscapes[found];
    if (escape !== undefined) return escape;
    const code = found.codePointAt(0) ?? 0;
    if (code === 0x7f || (code >= 0x80 && isPrintable(found))) return found;
    return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });

/** Text for the query of an address, as Go's `urlquery` writes it. Half a surrogate pair becomes U+FFFD. */
export const escapeQuery = (text: string): string =>
  encodeURIComponent(text.toWellFormed())
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);

/** The arguments of an escaping function as one text. */
export const escapable = (values: readonly unknown[]): string =>
  sprint(values.map((value) => value ?? '<no value>'));
