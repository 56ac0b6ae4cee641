/** Most characters of a server's own words that go into a message. */
const longestText = 500;

/**
 * What an error answer says, as one plain line: `X-Error`, the message of Blue Ocean's JSON, or the one paragraph of
 * Jenkins' or the servlet container's page. Undefined when it says nothing of use.
 */
export function errorText(headers: Headers, body: string): string | undefined {
  const header = headers.get('x-error');
  if (header !== null) return plain(header);
  const type = headers.get('content-type') ?? '';
  if (/\bjson\b/u.test(type)) return jsonText(body);
  if (type.startsWith('text/plain')) return plain(body);
  const said =
    // Jenkins: <h1>Error</h1><p>text</p>, in the language of the server; <pre> for text of several lines.
    /<h1>[^<]*<\/h1>\s*<(?:p|pre)>([\s\S]*?)(?:<\/p>|<\/pre>|<\/div>)/u.exec(body)?.[1] ??
    // Tomcat: <p><b>Message</b> text</p>
    /<p><b>Message<\/b>([\s\S]*?)<\/p>/u.exec(body)?.[1] ??
    // Jetty: <tr><th>MESSAGE:</th><td>text</td></tr>
    /<th>MESSAGE:<\/th>\s*<td>([\s\S]*?)<\/td>/u.exec(body)?.[1];
  return said === undefined ? undefined : plain(decodeHtml(said.replaceAll(/<[^>]*>/gu, ' ')));
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
  return plain(messages.filter((message) => typeof message === 'string' && message !== '').join('; '));
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** Decodes the entities that Jenkins and servlet containers write. */
export function decodeHtml(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/giu,
    (whole, decimal, hex, name) => {
      if (typeof name === 'string') return entities[name.toLowerCase()] ?? whole;
      const code = typeof decimal === 'string' ? Number(decimal) : parseInt(String(hex), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** One line without control characters, of bounded length; undefined when nothing is left. */
function plain(text: string): string | undefined {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ').trim();
  if (line === '') return undefined;
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}
