import { InvalidError, type ErrorOrigin } from '../errors.ts';

/** Header names in one case, so that the same one is not sent twice. */
export function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Headers that cannot be sent, which `fetch` tells like a broken connection. Its message would show their values. */
export function unsendable(headers: Record<string, string>, origin: ErrorOrigin): InvalidError | undefined {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers().set(name, value);
    } catch {
      return new InvalidError(
        `The header "${name}" cannot be sent: its name or its value holds forbidden characters.`,
        origin,
      );
    }
  }
  return undefined;
}

/** Names of headers whose values may be secrets. */
const telling = /auth|cookie|crumb|token|secret|password|key|jwt|assertion|signature|session-?id/iu;

/** Names of headers that hold addresses, with a query that may hold the code of a login. */
const addresses = /location|refer|refresh|link/iu;

/** Headers for a hook: values that may be secrets are replaced, and the queries of addresses are cut. */
export function shownHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of headers) {
    const cut = addresses.test(name) ? value.replace(/\?.*/su, '?…') : value;
    shown[name] = telling.test(name) ? '****' : cut;
  }
  return shown;
}
