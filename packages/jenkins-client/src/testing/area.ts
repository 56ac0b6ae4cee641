import { notFound, postRequired } from './error-pages.ts';
import type { Answer, FakeRequest } from './http.ts';
import type { Build } from './builds/build.ts';
import type { Item } from './items/item.ts';
import type { User } from './users.ts';
import type { World } from './world.ts';

/** A request with what it is about. */
export interface Call {
  readonly world: World;
  readonly request: FakeRequest;
  readonly user: User;
  /** The item that the path names; the root when it names none. */
  readonly item: Item;
  /** The build that the path names, when the route is about builds. */
  readonly build: Build | undefined;
  /** The `:name` and `*rest` parts of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The root URL that `url` fields of this answer start with; ends with a slash. */
  readonly rootUrl: string;
}

/** One route of the server. */
export interface Route {
  /**
   * `GET` stands for HEAD, too. `POST` answers 405 to GET. `ANY` takes all.
   * A `FORM` is a `POST` whose 405 has the older words and `Allow: POST`.
   */
  readonly method: 'GET' | 'POST' | 'FORM' | 'PUT' | 'DELETE' | 'ANY';
  /** Whether it is about the whole server, an item (the root is one, too), or a build. */
  readonly on: 'server' | 'item' | 'build';
  /** The path below it: `:name` stands for one segment, a last `*name` for the rest, joined by slashes. */
  readonly path: string;
  /** Open to everybody: no login, no crumb. */
  readonly open?: boolean;
  /** Answers, throws a `Refused`, or gives undefined when this thing has no such page (404). */
  readonly handle: (call: Call) => Answer | undefined | Promise<Answer | undefined>;
}

/** A part of the server: its routes, and what a restart does to it. */
export interface Area {
  readonly routes: readonly Route[];
  /** Called when the server restarts. */
  readonly restarted?: () => void;
}

/** The route for a path below a thing, with its parameters; throws 404, or 405 for a GET on what takes a POST. */
export function findRoute(
  routes: readonly Route[],
  on: Route['on'],
  method: string,
  segments: readonly string[],
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } {
  const verb = method === 'HEAD' ? 'GET' : method;
  const verbOf = (route: Route): string => (route.method === 'FORM' ? 'POST' : route.method);
  let postOnly: Route | undefined;
  for (const route of routes) {
    const params = route.on === on ? matchPath(route.path, segments) : undefined;
    if (!params) continue;
    if (route.method === 'ANY' || verbOf(route) === verb) return { route, params };
    if (verbOf(route) === 'POST') postOnly ??= route;
  }
  throw postOnly && verb === 'GET' ? postRequired(postOnly.method === 'FORM') : notFound();
}

function matchPath(pattern: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = pattern === '' ? [] : pattern.split('/');
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    if (part.startsWith('*')) {
      params[part.slice(1)] = segments.slice(index).join('/');
      return params;
    }
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (part.startsWith(':')) params[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return parts.length === segments.length ? params : undefined;
}
