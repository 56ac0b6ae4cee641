/** A mail as its reader sees it. */
export interface ReadMail {
  subject: string;
  from: string;
  to: string;
  /** The parts by their type: `text/plain`, `text/html`. */
  parts: Record<string, string>;
}

/** Reads a mail as it went over the wire (RFC 5322, 2045 to 2047), with or without an envelope in lines before it. */
export function readMail(raw: string): ReadMail {
  const { headers, body } = entityOf(raw.replaceAll('\r\n', '\n'));
  const boundary = /boundary="?([^";]+)"?/i.exec(headers['content-type'] ?? '')?.[1];
  const entities =
    boundary === undefined
      ? [{ headers, body }]
      : body
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((part) => entityOf(part.replace(/^\n/, '')));
  return {
    subject: words(headers['subject']),
    from: words(headers['from']),
    to: words(headers['to']),
    parts: Object.fromEntries(
      entities.map((entity) => [(entity.headers['content-type'] ?? '').split(';', 1)[0], textOf(entity)]),
    ),
  };
}

interface Entity {
  headers: Record<string, string>;
  body: string;
}

function entityOf(text: string): Entity {
  const end = text.indexOf('\n\n');
  const lines = text
    .slice(0, end)
    .replaceAll(/\n[ \t]+/g, ' ')
    .split('\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers: Object.fromEntries(headers), body: text.slice(end + 2) };
}

function textOf({ headers, body }: Entity): string {
  const encoding = headers['content-transfer-encoding']?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  return encoding === 'quoted-printable' ? quotedPrintable(body.replaceAll('=\n', '')) : body;
}

/** Encoded words of a header; blanks between two of them are none of the text. */
function words(text = ''): string {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, kind: string, coded: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(coded, 'base64').toString()
        : quotedPrintable(coded.replaceAll('_', ' ')),
    );
}

function quotedPrintable(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}
