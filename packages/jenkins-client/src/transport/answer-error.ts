import {
  ConflictError,
  CrumbRejectedError,
  DisabledError,
  ForbiddenError,
  InvalidError,
  LoginRedirectError,
  NotFoundOrHiddenError,
  NotReadyError,
  ServerFaultError,
  UnauthenticatedError,
  UnexpectedBodyError,
  type ErrorOrigin,
  type JenkinsError,
} from '../errors.ts';
import { errorText, loggingId } from './error-page.ts';
import type { Location } from './location.ts';
import { withoutSecrets } from './secrets.ts';

/** Most characters of the server's own words that go into a message. */
const longestText = 500;

/** An answer that is no result: its head, and the start of its body. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly location: Location | undefined;
  readonly origin: ErrorOrigin;
  /** What the server's words must not bring into the message. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970, for a `Retry-After` that names a date. */
  readonly now: number;
}

/** The error of a redirect that is no result, in a browser, which hides its address: what else would it be. */
export function hiddenLogin(origin: ErrorOrigin): LoginRedirectError {
  return new LoginRedirectError(
    `${origin.method} ${origin.path} was answered with a redirect, in all likelihood to a login. Log in to what stands before Jenkins, and try again.`,
    '',
    origin,
  );
}

/**
 * The typed error of an answer. Jenkins tells what is wrong by its status, its `X-` headers, and one paragraph of a
 * page; the servlet container and Blue Ocean each have their own way.
 */
export function answerError(answer: FailedAnswer): JenkinsError {
  const { status, headers, body, location, origin } = answer;
  const text = errorText(headers, body);
  // Cut after secrets are out, so that none is cut in half and shown.
  const said = text === undefined ? undefined : shorten(withoutSecrets(text, answer.secrets));
  const request = `${origin.method ?? ''} ${origin.path ?? ''}`;
  const because = said === undefined ? '' : `: ${said}`;

  if (location?.login === true) {
    return new LoginRedirectError(
      `Jenkins wants a login at ${location.address}. Give auth with an API token; single sign-on pages are for people.`,
      location.address,
      origin,
    );
  }
  if (status >= 300 && status < 400) {
    return new UnexpectedBodyError(
      `Jenkins answered ${request} with a redirect to ${location?.address ?? 'nowhere'}, which this route does not do.`,
      origin,
    );
  }
  switch (status) {
    case 401:
      return new UnauthenticatedError(
        'Jenkins refused the credentials. Check the user and the API token.',
        origin,
      );
    case 403:
      return forbidden(answer, said);
    case 404:
    case 410:
      // Jenkins' page says just that it may be missing or hidden; Blue Ocean's JSON tells more.
      return new NotFoundOrHiddenError(
        `Jenkins has nothing at ${request}, or the user may not see it${/not exist, or/u.test(because) ? '' : because}`,
        origin,
      );
    case 409:
      return said === undefined || /disabled|not buildable/iu.test(said)
        ? new DisabledError(`The job is disabled or cannot be built${because}`, origin)
        : new ConflictError(`Jenkins refused ${request}${because}`, origin);
    case 429:
    case 502:
    case 503:
    case 504:
      return new NotReadyError(
        `Jenkins is not ready (status ${status}). It is starting, going down, or cannot be reached by its proxy.`,
        retryAfter(headers.get('retry-after'), answer.now),
        origin,
      );
    case 405:
      return new InvalidError(`Jenkins does not take ${request}: another method is wanted.`, origin);
    case 413:
      return new InvalidError(`The body of ${request} is larger than the server accepts.`, origin);
    case 414:
    case 431:
      // Jenkins' own server takes 8 KB of request line and headers.
      return new InvalidError(
        `The address or headers of ${request} are longer than the server accepts. Select fewer fields.`,
        origin,
      );
    case 415:
      return new InvalidError(`Jenkins does not take a body of that type at ${request}${because}`, origin);
  }
  if (status >= 500) {
    const id = loggingId(body);
    return new ServerFaultError(
      `Jenkins failed at ${request}${because}${id === undefined ? '' : `. Its log holds the reason under ${id}`}`,
      id,
      origin,
    );
  }
  if (status >= 400) {
    return new InvalidError(`Jenkins refused ${request}${because}`, origin, [said ?? `status ${status}`]);
  }
  return new UnexpectedBodyError(
    `Jenkins answered ${request} with ${status === 200 ? 'a page: a login may stand before it, or it shows the form again' : `status ${status}, which has no meaning here`}.`,
    origin,
  );
}

/** 403 comes in three forms: no one asked, someone asked without the right, and a missing crumb. */
function forbidden({ headers, body, origin }: FailedAnswer, said: string | undefined): JenkinsError {
  const permission = shorten(headers.get('x-required-permission') ?? undefined);
  const user = shorten(headers.get('x-you-are-authenticated-as') ?? undefined);
  if (permission === undefined && /No valid crumb/u.test(said ?? body)) {
    return new CrumbRejectedError(
      'Jenkins refused the crumb, even a new one. A proxy may drop the session cookie; an API token needs no crumb.',
      origin,
    );
  }
  if (permission === undefined && /url=\S{0,300}?\/login\b|\bAuthentication required\b/u.test(body)) {
    return new UnauthenticatedError(
      'Jenkins wants to know who asks. Give auth with a user and an API token.',
      origin,
    );
  }
  const who = user === undefined ? 'The user' : `The user ${user}`;
  const impliedBy = (headers.get('x-permission-implied-by') ?? '').split(',').map((name) => name.trim());
  return new ForbiddenError(
    permission === undefined
      ? `${who} may not do this${said === undefined ? '' : `: ${said}`}`
      : `${who} lacks the permission ${permission}`,
    { user, permission, impliedBy: impliedBy.filter((name) => name !== '') },
    origin,
  );
}

function shorten(text: string | undefined): string | undefined {
  return text !== undefined && text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

/** `Retry-After` in milliseconds; it holds seconds or a date. */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/u.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
