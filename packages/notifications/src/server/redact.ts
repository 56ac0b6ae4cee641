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
]);

/**
 * A copy of a receiver's or config's settings without secrets: a credential given as text loses it (a reference to a
 * Secret stays), and an address loses all but its host.
 */
export function redact(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => redact(item, field));
  if (typeof value === 'string') {
    if (secretFields.has(field)) return hidden;
    return /^https?:\/\//i.test(value) ? hostOnly(value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    // Every credential of the kinds has the shape `{ value | valueFrom }`.
    if (key === 'value' && typeof item === 'string') return [key, hidden];
    return [key, redact(item, key)];
  });
  return Object.fromEntries(entries);
}

function hostOnly(address: string): string {
  try {
    const { protocol, host } = new URL(address);
    return `${protocol}//${host}/…`;
  } catch {
    return hidden;
  }
}
