/** First segments of Jenkins' own routes: where a path of Jenkins begins below a root address that is not ours. */
const ownRoutes = /(?:^|\/)((?:job|queue|computer|view|user|credentials|blue)\/.*)$/u;

/** Login pages of Jenkins, its security plugins, and the usual proxy before it. */
const loginPage =
  /^(?:login|loginError|securityRealm\/(?:commenceLogin|finishLogin)|oauth2\/(?:start|sign_in))(?:\/|$)/u;

/** Where an answer points to. */
export interface Location {
  /** Below the server's address, encoded, without slashes at its ends; undefined when it is no address of Jenkins. */
  readonly path: string | undefined;
  /** Whether it is a login page, on this server or elsewhere. */
  readonly login: boolean;
  /** The whole address without its query, for messages. */
  readonly address: string;
}

/**
 * Reads a `Location` header. It may be relative to the request, hold `..`, and name a host that only the server's
 * configuration knows, so just its path counts, cut of the prefix of the server's address. An address elsewhere that
 * shows no route of Jenkins is taken for single sign-on.
 */
export function readLocation(header: string, request: URL, server: URL): Location | undefined {
  const url = URL.parse(header, request.href);
  if (!url) return undefined;
  const foreign = url.host !== server.host;
  const below = url.pathname.startsWith(server.pathname)
    ? url.pathname.slice(server.pathname.length)
    : `${url.pathname}/` === server.pathname
      ? ''
      : undefined;
  const path = ((foreign ? undefined : below) ?? ownRoutes.exec(url.pathname)?.[1])?.replace(
    /^\/+|\/+$/gu,
    '',
  );
  const login = path === undefined || loginPage.test(path);
  return { path, login, address: `${url.origin}${url.pathname}`.slice(0, 300) };
}
