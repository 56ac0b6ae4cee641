import type { Clock } from '@armillary/kube';
import { LRUCache } from 'lru-cache';

/** An access token as a provider gave it. */
export interface AccessToken {
  token: string;
  /** Milliseconds it is good for, from now. */
  expiresInMs: number;
}

/** Most tokens kept; the one unused for longest goes first. */
const maxTokens = 1000;

interface Entry {
  token: Promise<string>;
  /** Set once the token is there. */
  expiresAt: number;
}

/**
 * Access tokens by account. One request fetches a token however many ask; a token is fetched anew when a tenth of its
 * time is left, and when `invalidate` was called with it.
 */
export class TokenCache {
  readonly #clock: Clock;
  readonly #entries = new LRUCache<string, Entry>({ max: maxTokens });

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** The token of an account, fetched when there is none that is good. Rejects with what `fetch` rejects with. */
  async get(account: string, fetch: () => Promise<AccessToken>): Promise<string> {
    const known = this.#entries.get(account);
    if (known && known.expiresAt > this.#clock.now()) return await known.token;
    const entry: Entry = { token: Promise.resolve(''), expiresAt: Number.POSITIVE_INFINITY };
    entry.token = fetch().then(
      ({ token, expiresInMs }) => {
        entry.expiresAt = this.#clock.now() + expiresInMs * 0.9;
        return token;
      },
      (error: unknown) => {
        if (this.#entries.get(account) === entry) this.#entries.delete(account);
        throw error;
      },
    );
    this.#entries.set(account, entry);
    return await entry.token;
  }

  /** Forgets a token that the provider refused. A newer one, fetched meanwhile, stays. */
  async invalidate(account: string, token: string): Promise<void> {
    const known = this.#entries.get(account);
    if (!known) return;
    const current = await known.token.catch(() => undefined);
    if (current === token && this.#entries.get(account) === known) this.#entries.delete(account);
  }
}
