import type { JenkinsRequest } from '../connection.ts';
import { InvalidError } from '../errors.ts';

/** What a path that is encoded never holds, and what would lead out of it. `%2e` is a dot to every URL parser. */
const misleading = /[\p{Cc} ?#\\]|^\/|(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|\p{Cs}/iu;

/** The address of a request. Throws InvalidError for a path that would lead elsewhere than it says. */
export function requestUrl(server: URL, { path, query }: JenkinsRequest): string {
  if (misleading.test(path)) {
    throw new InvalidError(
      `The path "${path.toWellFormed()}" would lead elsewhere: encode its parts, leave out "..", and give the query apart.`,
    );
  }
  return query ? `${server.href}${path}${encodeQuery(query)}` : server.href + path;
}

/** The query with its question mark, or nothing. Brackets are encoded, which strict servlet containers want. */
function encodeQuery(query: NonNullable<JenkinsRequest['query']>): string {
  let text = '';
  for (const name in query) {
    const value = query[name];
    if (value === undefined) continue;
    text += `${text === '' ? '?' : '&'}${encodeURIComponent(name)}=${encodeURIComponent(String(value).toWellFormed())}`;
  }
  return text;
}
