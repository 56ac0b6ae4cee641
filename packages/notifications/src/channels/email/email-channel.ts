import { LRUCache } from 'lru-cache';
import type { Channel } from '../channel.ts';
import { DeliveryError, type DeliveryFault } from '../../delivery-error.ts';
import { recipientBatches, shownRecipients } from '../recipient-batches.ts';
import { mailFailure, type Refusal } from './mail-failure.ts';
import { mailServerOf, type MailServer } from './mail-server.ts';
import { MailServers } from './mail-servers.ts';
import { mailsOf, type Mail } from './mail.ts';
import { mailboxTexts, parseMailbox, type Mailbox } from './mailbox.ts';

/** The channel of e-mail; it holds connections until it is closed. */
export interface EmailChannel extends Channel<'email', Mail> {
  /** Ends all connections at once; mails under way fail. */
  close(): Promise<void>;
}

/** Most mails of which it is remembered who has them already. */
const maxUnfinished = 1000;

/**
 * E-mail over SMTP. Every mailbox is a destination of its own: it is retried and given up by itself, and nobody sees who
 * else was told. With `maxEmailReceivers` above 1 so many are told with one mail. When the server takes it for some of
 * them and asks to wait for others, only these are tried again; who has it already is known as long as the process
 * lives, and a restart in between may send it to them a second time, with the same Message-ID.
 */
export function createEmailChannel(): EmailChannel {
  const servers = new MailServers();
  const taken = new LRUCache<string, readonly string[]>({ max: maxUnfinished });

  return {
    type: 'email',
    needsConfig: () => true,

    destinations({ to, ...shared }, options) {
      const mailboxes = new Map(to.flatMap(mailboxTexts).map((mailbox) => [canonical(mailbox), mailbox]));
      const most = Math.max(1, options?.email?.maxEmailReceivers ?? 1);
      return recipientBatches([{ recipients: [...mailboxes.keys()], most }]).map(([addresses = []]) => ({
        address: addresses.join(','),
        shown: `email ${shownRecipients({ to: addresses })}`,
        spec: { ...shared, to: addresses.map((address) => mailboxes.get(address) ?? address) },
      }));
    },

    // Servers say when they are asked too often, each in its own way.
    limits: () => [],

    messages: mailsOf,

    async send({ body: mail }, { receiver, config }, context) {
      if (!config) throw new DeliveryError('permanent', 'there is no Config with a mail server');
      const to = receiver.spec.to.map(mailboxOf);
      const server = await mailServerOf(config, context);
      const had = (mail.id && taken.get(mail.id)) || [];
      const recipients = to.map(({ address }) => address).filter((address) => !had.includes(address));
      const { accepted, refused } = await servers
        .send(server, { mail, from: mailboxOf(config.spec.from), to, recipients }, context)
        .catch((error: unknown) => {
          throw mailFailure(error, server.name);
        });
      const later = refused.find(({ permanent }) => !permanent);
      if (later) {
        if (mail.id) taken.set(mail.id, [...had, ...accepted]);
        throw notTaken('transient', server, later);
      }
      if (mail.id) taken.delete(mail.id);
      const [first] = refused;
      if (first && had.length + accepted.length === 0) {
        throw notTaken('permanent', server, first);
      }
      return { rejected: refused.map(({ address, reason }) => ({ address, reason })) };
    },

    close: async () => servers.close(),
  };
}

const notTaken = (fault: DeliveryFault, server: MailServer, { address, reason, code }: Refusal) =>
  new DeliveryError(fault, `${server.name}: ${address}: ${reason}`, { code });

// Two mailboxes that differ in capitals only are one for every server there is.
const canonical = (mailbox: string): string =>
  (parseMailbox(mailbox)?.address ?? mailbox.trim()).toLowerCase();

function mailboxOf(text: string): Mailbox {
  const mailbox = parseMailbox(text);
  if (mailbox) return mailbox;
  throw new DeliveryError('permanent', `${JSON.stringify(text.slice(0, 100))} is no mail address`);
}
