interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** A server that sets more cookies than this is not one that the client needs to please. */
const mostCookies = 50;

/**
 * The cookies of one server. It is used for requests to that server's address only, so cookies for other hosts never
 * get in or out; the path of a cookie is kept to.
 */
export class CookieJar {
  /** By name and path. */
  readonly #cookies = new Map<string, Cookie>();

  /** Takes the `Set-Cookie` lines of an answer. */
  store(lines: readonly string[], now: number): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';');
      const equals = pair.indexOf('=');
      if (equals < 1) continue;
      const name = pair.slice(0, equals).trim();
      let path = '/';
      let expires = Infinity;
      let maxAge: number | undefined;
      for (const attribute of attributes) {
        const [key = '', value = ''] = attribute.split(/=(.*)/su);
        switch (key.trim().toLowerCase()) {
          case 'path':
            if (value.trim().startsWith('/')) path = value.trim();
            break;
          case 'expires':
            // Jetty takes a cookie back with the time 0.
            if (!Number.isNaN(Date.parse(value))) expires = Date.parse(value);
            break;
          case 'max-age':
            if (/^-?\d+$/u.test(value.trim())) maxAge = Number(value);
            break;
        }
      }
      if (maxAge !== undefined) expires = now + maxAge * 1000;
      const key = `${name};${path}`;
      this.#cookies.delete(key);
      if (expires > now && this.#cookies.size < mostCookies) {
        this.#cookies.set(key, { name, value: pair.slice(equals + 1).trim(), path, expires });
      }
    }
  }

  /** The `Cookie` header for a path, if there is one to send. */
  header(path: string, now: number): string | undefined {
    const pairs: string[] = [];
    for (const [key, cookie] of this.#cookies) {
      if (cookie.expires <= now) this.#cookies.delete(key);
      else if (covers(cookie.path, path)) pairs.push(`${cookie.name}=${cookie.value}`);
    }
    return pairs.length === 0 ? undefined : pairs.join('; ');
  }

  /** The values, which no message may hold. */
  secrets(): string[] {
    return [...this.#cookies.values()].map((cookie) => cookie.value);
  }

  clear(): void {
    this.#cookies.clear();
  }
}

/** Path matching of RFC 6265, 5.1.4. */
function covers(cookiePath: string, path: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}
