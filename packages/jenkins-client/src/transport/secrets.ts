import type { JenkinsRequest } from '../connection.ts';
import { oneLine } from './error-page.ts';

/** Names of fields whose values are secrets. */
const secretName =
  /pass(?:word|phrase)|secret|token|private|credential|bearer|crumb|keystore|cookie|authorization/iu;
/** `name: value`, `"name": "value"` and `<name>value<`, in whatever text a body is. Bounded, as bodies may be long. */
const secretPair =
  /(?:pass(?:word|phrase)|secret|token|private|keystore)[\w.-]{0,64}["']?\s{0,16}[:=>]\s{0,16}["']?([^\s"'<>&]+)/giu;

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
 * A line of the server's words without the secrets of the request, as they were sent, encoded, or each line of them
 * alone. One of less than four characters cannot be told from other text: when it occurs, the words are dropped.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string | undefined {
  const forms = new Set<string>();
  for (const secret of secrets) {
    // Lines of a key are of use by themselves; short ones, such as a brace, are just text.
    const lines = secret.split(/[\r\n]+/u).filter((line) => line.length >= 8);
    for (const form of [secret, ...lines]) {
      forms.add(oneLine(form) ?? '').add(encodeURIComponent(form.toWellFormed()));
    }
  }
  forms.delete('');
  let clean = text;
  for (const form of [...forms].sort((a, b) => b.length - a.length)) {
    if (!clean.includes(form)) continue;
    if (form.length < 4) return undefined;
    clean = clean.replaceAll(form, '****');
  }
  return clean;
}
