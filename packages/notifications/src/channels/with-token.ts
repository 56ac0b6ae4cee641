import { DeliveryError } from '../delivery-error.ts';
import type { AccessToken, TokenCache } from './token-cache.ts';

/** Whose token it is, and where it comes from. */
export interface TokenSource {
  readonly tokens: TokenCache;
  /** The one key that the token is kept and forgotten under. */
  readonly account: string;
  fetch(): Promise<AccessToken>;
}

/**
 * Does something with an access token. When the provider refuses the token (a `DeliveryError` `token`), it is forgotten
 * and the thing is done once more with a new one; a second refusal is the caller's.
 */
export async function withToken<T>(source: TokenSource, use: (token: string) => Promise<T>): Promise<T> {
  const attempt = async (): Promise<T> => {
    const token = await source.tokens.get(source.account, () => fetchToken(source));
    try {
      return await use(token);
    } catch (error) {
      if (isTokenFault(error)) await source.tokens.invalidate(source.account, token);
      throw error;
    }
  };
  try {
    return await attempt();
  } catch (error) {
    if (!isTokenFault(error)) throw error;
    return await attempt();
  }
}

/** Who is refused while asking for a token has the wrong secret, and asking again is of no use. */
async function fetchToken(source: TokenSource): Promise<AccessToken> {
  try {
    return await source.fetch();
  } catch (error) {
    if (!isTokenFault(error)) throw error;
    throw new DeliveryError('permanent', `no access token: ${error.message}`, { cause: error });
  }
}

function isTokenFault(error: unknown): error is DeliveryError {
  return error instanceof DeliveryError && error.fault === 'token';
}

/** A token and its lifetime in seconds, as a provider's answer has them: not checked. */
export interface GivenToken {
  readonly token: unknown;
  readonly expiresInSeconds: unknown;
}

/**
 * The access token that a provider gave. It is kept as long as the provider said, else two hours, and no longer than
 * `tokenExpires` of the options asks for, which is in nanoseconds. Throws `DeliveryError` `transient` when there is
 * none.
 */
export function accessToken(
  provider: string,
  { token, expiresInSeconds }: GivenToken,
  tokenExpires: number | undefined,
): AccessToken {
  if (typeof token !== 'string' || token === '') {
    throw new DeliveryError('transient', `${provider} gave no access token`);
  }
  const saidMs =
    typeof expiresInSeconds === 'number' && expiresInSeconds > 0 ? expiresInSeconds * 1000 : 7_200_000;
  return { token, expiresInMs: tokenExpires ? Math.min(saidMs, tokenExpires / 1e6) : saidMs };
}
