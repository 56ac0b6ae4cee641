import { decodeHtml } from '../html-text.ts';

/**
 * What an error answer says, as one line without control characters: `X-Error`, the message of Blue Ocean's JSON, or the one paragraph of
 * Jenkins' or the servlet container's page. Undefined when it says nothing of use.
 */
export function errorText(headers: Headers, body: string): string | undefined {
  const header = headers.get('x-error');
  if (header !== null) return oneLine(header);
  const type = headers.get('content-type') ?? '';
  if (/\bjson\b/u.test(type)) return jsonText(body);
  // An exception is told with its trace.
  if (type.startsWith('text/plain')) return oneLine(body.split(/\r?\n\tat /u, 1).join());
  // Repetition is bounded throughout: a page made to keep the parser busy cannot.
  const said =
    // Jenkins: <h1>Error</h1><p>text</p>, in the language of the server; <pre> for text of several lines.
    /<h1>[^<]{0,100}<\/h1>\s{0,100}<(?:p|pre)>([\s\S]{0,4000}?)<\/(?:p|pre|div)>/u.exec(body)?.[1] ??
    // Tomcat: <p><b>Message</b> text</p>
    /<p><b>Message<\/b>([\s\S]{0,4000}?)<\/p>/u.exec(body)?.[1] ??
    // Jetty: <tr><th>MESSAGE:</th><td>text</td></tr>
    /<th>MESSAGE:<\/th>\s{0,100}<td>([\s\S]{0,4000}?)<\/td>/u.exec(body)?.[1];
  return said === undefined ? undefined : oneLine(decodeHtml(said.replaceAll(/<[^>]*>/gu, ' ')));
}

/** The id under which Jenkins logged a failure, in both forms of its page. */
export function loggingId(body: string): string | undefined {
  return /Logging ID=([0-9a-f-]{8,64})/u.exec(body)?.[1];
}

function jsonText(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const found = Array.isArray(value) ? value : [value];
  const messages = found.flatMap((one: { message?: unknown; errors?: { message?: unknown }[] } | null) => [
    one?.message,
    ...(Array.isArray(one?.errors) ? one.errors.map((error) => error?.message) : []),
  ]);
  return oneLine(messages.filter((message) => typeof message === 'string' && message !== '').join('; '));
}

/** Text as one line without control and formatting characters; undefined when nothing is left. */
export function oneLine(text: string): string | undefined {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ').trim();
  return line === '' ? undefined : line;
}
