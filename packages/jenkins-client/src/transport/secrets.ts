import type { JenkinsRequest } from '../connection.ts';

/** Names of fields whose values are secrets. */
const secretName =
  /pass(?:word|phrase)|secret|token|private|credential|bearer|crumb|keystore|cookie|authorization/iu;
/** `name: value`, `"name": "value"` and `<name>value<`, in whatever text a body is. */
const secretPair =
  /[\w.-]*(?:pass(?:word|phrase)|secret|token|private|keystore)[\w.-]*["']?\s*[:=>]\s*["']?([^\s"'<>&]+)/giu;

/** The values of a request that no message may repeat. Looked for only when there is a message to write. */
export function secretsOf(request: JenkinsRequest): string[] {
  const found: string[] = [];
  const fields: [string, unknown][] = [
    ...Object.entries(request.query ?? {}),
    ...Object.entries(request.form ?? {}),
    ...Object.entries(request.headers ?? {}),
    ...(request.multipart?.entries() ?? []),
    ['', request.json],
  ];
  for (const [name, value] of fields) collect(name, value, found);
  for (const match of request.body?.text.matchAll(secretPair) ?? [])
    if (match[1] !== undefined) found.push(match[1]);
  return found;
}

function collect(name: string, value: unknown, found: string[]): void {
  if (Array.isArray(value)) for (const one of value) collect(name, one, found);
  else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    // A parameter's or a property's name stands beside its value: {"name": "TOKEN", "value": "…"}
    const named = 'name' in value && typeof value.name === 'string' ? value.name : '';
    for (const [key, one] of entries) collect(key === 'value' ? `${named} value` : key, one, found);
  } else if (typeof value === 'string') {
    if (secretName.test(name)) found.push(value);
    else if (/^\s*[[{]/u.test(value)) {
      try {
        collect('', JSON.parse(value), found);
      } catch {
        for (const match of value.matchAll(secretPair)) if (match[1] !== undefined) found.push(match[1]);
      }
    }
  }
}

/**
 * A text of the server without the secrets of the request. A secret of less than four characters cannot be told from
 * other text, so when one occurs the whole text is dropped.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string | undefined {
  let clean = text;
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    if (secret === '') continue;
    for (const form of [secret, encodeURIComponent(secret.toWellFormed())]) {
      if (!clean.includes(form)) continue;
      if (secret.length < 4) return undefined;
      clean = clean.replaceAll(form, '****');
    }
  }
  return clean;
}
