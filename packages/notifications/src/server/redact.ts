/** What a credential's text is replaced with. */
const hidden = '(hidden)';

/** Fields whose values are secrets wherever they stand. */
const secretFields = new Set([
  'password',
  'authorization',
  'token',
  'secret',
  'appSecret',
  'accessKeySecret',
  'secretKey',
  // Whoever has an application of Pushover may send to a person with it.
  'userKey',
]);

/**
 * A copy of a receiver's or config's settings without secrets: a credential given as text loses it (a reference to a
 * Secret stays), and an address loses all but its host.
 */
export function redact(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, field));
  if (typeof value === 'string') {
    if (secretFields.has(field)) return hidden;
    return hostOnly(value);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    // Every credential of the kinds has the shape `{ value | valueFrom }`.
    if (key === 'value' && typeof item === 'string') return [key, hidden];
    return [key, redact(item, key)];
  });
  return Object.fromEntries(entries);
}

/**
 * An address is what the parser takes for one with a host: `http:a.example` is, and addresses of proxies have other
 * schemes. A text that holds an address among other words stays.
 */
function hostOnly(text: string): string {
  const url = URL.parse(text);
  return url && url.host !== '' ? `${url.protocol}//${url.host}/…` : text;
}
