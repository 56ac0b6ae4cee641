import { InvalidError } from '../errors.ts';
import type { Call } from './call.ts';

/**
 * How to tell Jenkins who asks. An API token needs neither crumb nor cookie and is the best choice. With a password the
 * client keeps one session with its cookie and crumb.
 */
export type Credentials =
  | { readonly user: string; readonly token: string }
  | { readonly user: string; readonly password: string }
  | { readonly bearer: string }
  | 'anonymous';

/** Credentials, or a function that gives them: asked once, and again when Jenkins refuses what it gave. */
export type Auth = Credentials | (() => Credentials | Promise<Credentials>);

/** Credentials as they are sent. */
export interface Identity {
  /** The value of `Authorization`. */
  readonly header: string | undefined;
  /** Whether requests belong to one session of the server, held by a cookie. */
  readonly session: boolean;
  /** What no message may hold. */
  readonly secrets: readonly string[];
}

/** The identity of credentials. Throws InvalidError when they cannot be sent. */
function identityOf(credentials: Credentials): Identity {
  if (credentials === 'anonymous') return { header: undefined, session: false, secrets: [] };
  if ('bearer' in credentials) {
    if (!/^[\x21-\x7e]+$/u.test(credentials.bearer)) {
      throw new InvalidError('auth.bearer holds characters that no header can carry; give the token alone.');
    }
    return { header: `Bearer ${credentials.bearer}`, session: false, secrets: [credentials.bearer] };
  }
  const secret = 'token' in credentials ? credentials.token : credentials.password;
  if (typeof secret !== 'string' || typeof credentials.user !== 'string') {
    throw new InvalidError(
      'auth takes { user, token }, { user, password }, { bearer }, "anonymous", or a function.',
    );
  }
  // Of a file that was read with its last line end: Jenkins would just refuse it.
  if (/[\r\n]/u.test(secret)) {
    throw new InvalidError("auth holds a secret with a line end, perhaps a file's last one: trim it.");
  }
  if (credentials.user.includes(':')) {
    throw new InvalidError('auth.user holds a colon, which the Basic scheme cannot carry.');
  }
  const basic = base64(`${credentials.user}:${secret}`);
  return { header: `Basic ${basic}`, session: 'password' in credentials, secrets: [secret, basic] };
}

/** Base64 of the UTF-8 bytes: Jenkins reads Basic credentials as UTF-8. */
function base64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The identity in use, and its renewal. */
export class Authentication {
  readonly #source: (() => Credentials | Promise<Credentials>) | undefined;
  #identity: Identity | undefined;
  #asking: Promise<Identity> | undefined;

  constructor(auth: Auth) {
    if (typeof auth === 'function') this.#source = auth;
    else this.#identity = identityOf(auth);
  }

  /** Who asks now. A source of credentials is asked once, however many calls wait for it. */
  current(call: Call): Identity | Promise<Identity> {
    return (
      this.#identity ?? call.wait((this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))))
    );
  }

  /** Forgets an identity that the server refused. False when there is no other to be had. */
  renew(refused: Identity): boolean {
    if (!this.#source) return false;
    if (this.#identity === refused) this.#identity = undefined;
    return true;
  }

  async #ask(): Promise<Identity> {
    this.#identity = identityOf((await this.#source?.()) ?? 'anonymous');
    return this.#identity;
  }
}
