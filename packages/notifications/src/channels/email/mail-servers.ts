import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ChannelContext } from '../channel.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { refusalsOf, type Refusal } from './mail-failure.ts';
import type { MailServer } from './mail-server.ts';
import { openMailPool, type MailPool } from './mail-pool.ts';
import type { Mail } from './mail.ts';
import type { Mailbox } from './mailbox.ts';

/** A mail with its addresses. */
export interface AddressedMail {
  readonly mail: Mail;
  readonly from: Mailbox;
  /** Who is named in the mail. */
  readonly to: readonly Mailbox[];
  /** Who gets it. */
  readonly recipients: readonly string[];
}

/** What a server did with a mail. */
export interface SentMail {
  readonly accepted: readonly string[];
  readonly refused: readonly Refusal[];
}

/** Most servers, with their accounts, whose connections are kept; the one unused for longest goes first. */
const maxServers = 64;
/**
 * A mail is a dialogue of about so many requests: connection, greeting, TLS, login, envelope, mail. The time of the
 * context is for one. Upstream's samples say 5 s, which content filters take by themselves; giving up while a server
 * thinks sends the mail again.
 */
const requestsPerMail = 6;
/** Longest for a mail, unless more than this is given for one request. */
const longestMailMs = 60_000;

/** Connections to mail servers, kept open between mails. */
export class MailServers {
  readonly #pools = new LRUCache<string, MailPool>({
    max: maxServers,
    // Mails under way are finished.
    dispose: (pool) => pool.close({ force: false }),
  });
  readonly #policies = new WeakMap<object, number>();
  #policyCount = 0;

  /**
   * Sends a mail within the time of the context. Resolves once the server has answered for every recipient, also when
   * it refused them all; rejects when it refused the mail or did not answer.
   */
  async send(server: MailServer, addressed: AddressedMail, context: ChannelContext): Promise<SentMail> {
    const { mail, from, to, recipients } = addressed;
    const { clock } = context;
    const limitMs = Math.max(context.timeoutMs, Math.min(requestsPerMail * context.timeoutMs, longestMailMs));
    const late = new AbortController();
    const clear = clock.setTimeout(
      () => late.abort(new DeliveryError('transient', `${server.name} was not done within ${limitMs} ms`)),
      limitMs,
    );
    const signal = AbortSignal.any([context.signal, late.signal]);
    try {
      signal.throwIfAborted();
      const sent = await this.#pool(server).sendMail({
        from,
        // Who shares a mail is not told who else gets it: upstream's examples have large groups.
        to: to.length === 1 ? [...to] : 'undisclosed-recipients:;',
        envelope: { from: from.address, to: [...recipients] },
        subject: mail.subject,
        text: mail.text,
        ...(mail.html === undefined ? {} : { html: mail.html }),
        ...(mail.id === undefined ? {} : { messageId: `<${mail.id}@${domainOf(from.address)}>` }),
        date: new Date(clock.now()),
        // RFC 3834: nobody's absence is to be announced to a program.
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
        signal,
      });
      return { accepted: sent.accepted.map(String), refused: refusalsOf(sent) };
    } catch (error) {
      if (late.signal.aborted) throw late.signal.reason;
      const refused = refusalsOf(error);
      if (refused.length > 0) return { accepted: [], refused };
      throw error;
    } finally {
      clear();
    }
  }

  /** Ends all connections at once; mails under way fail. */
  close(): void {
    for (const pool of this.#pools.values()) pool.close({ force: true });
    this.#pools.clear();
  }

  #pool(server: MailServer): MailPool {
    const { policy, ...settings } = server;
    // Settings hold passwords, which are not to be kept in a key.
    const key = createHash('sha256')
      .update(JSON.stringify([this.#policyNumber(policy), settings]))
      .digest('base64');
    const known = this.#pools.get(key);
    if (known) return known;
    const pool = openMailPool(server);
    this.#pools.set(key, pool);
    return pool;
  }

  /** Connections that one policy allowed are not for another. */
  #policyNumber(policy: object): number {
    const number = this.#policies.get(policy) ?? ++this.#policyCount;
    this.#policies.set(policy, number);
    return number;
  }
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
