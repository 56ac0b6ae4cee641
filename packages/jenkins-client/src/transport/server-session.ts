import { CookieJar } from './cookie-jar.ts';

/** A crumb: the proof against cross-site requests, bound to the session of its cookie. */
export interface Crumb {
  readonly header: string;
  readonly value: string;
}

/** The client's session with the server: its cookies, its crumb, and which start of the server they belong to. */
export class ServerSession {
  readonly cookies = new CookieJar();
  /** Whether cookies and crumbs are used: with a password always, otherwise once the server asked for a crumb. */
  active = false;
  #crumb: Crumb | 'none' | undefined;
  #fetching: Promise<Crumb | 'none'> | undefined;
  #server: string | undefined;

  /** `X-Jenkins-Session` as last seen. */
  get server(): string | undefined {
    return this.#server;
  }

  /** Takes what an answer tells: cookies, and whether the server was restarted, which ends crumb and cookies. */
  note(headers: Headers, now: number): void {
    const server = headers.get('x-jenkins-session');
    if (server !== null && server !== this.#server) {
      if (this.#server !== undefined) this.reset();
      this.#server = server;
    }
    if (this.active) this.cookies.store(headers.getSetCookie(), now);
  }

  /** Forgets cookies and crumb. */
  reset(): void {
    this.cookies.clear();
    this.#crumb = undefined;
  }

  /** The crumb; fetched once, however many calls wait for it. */
  crumb(fetch: () => Promise<Crumb | 'none'>): Crumb | 'none' | Promise<Crumb | 'none'> {
    if (this.#crumb !== undefined) return this.#crumb;
    this.#fetching ??= fetch()
      .then((crumb) => (this.#crumb = crumb))
      .finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  /** Forgets a crumb that was refused, unless another one took its place meanwhile. */
  refuse(crumb: Crumb | 'none' | undefined): void {
    this.active = true;
    if (this.#crumb === crumb) this.reset();
  }
}
