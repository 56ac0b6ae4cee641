import { isIP } from 'node:net';
import type { OutgoingTls } from '../../outgoing/outgoing-http.ts';
import { tlsSettings } from '../../outgoing/client-settings.ts';
import { AddressPolicy } from '../../outgoing/address-policy.ts';
import { networkClass } from '../../outgoing/network-class.ts';
import type { ChannelConfig } from '../receiver.ts';
import type { ChannelContext } from '../channel.ts';

/** How to sign in to a mail server. */
interface MailLogin {
  readonly user: string;
  readonly password: string;
  /** On whose behalf, for PLAIN. */
  readonly identity?: string;
  /** CRAM-MD5 where only a shared secret is there; otherwise what the server offers. */
  readonly method?: 'CRAM-MD5';
}

/** A mail server as a Config describes it, with the credentials read. */
export interface MailServer {
  /** For people: host and port. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly hello?: string;
  /** `begin`: TLS from the first byte; `require`: STARTTLS or nothing; `offer`: STARTTLS where there is any. */
  readonly encryption: 'begin' | 'require' | 'offer';
  readonly tls: OutgoingTls;
  readonly login?: MailLogin;
  /** Where it may be. */
  readonly policy: AddressPolicy;
}

/** The port that is TLS from its first byte (RFC 8314). */
const tlsPort = 465;
/** Servers of the cluster's own Configs may be beside the program. */
const ownServers = new AddressPolicy({ allowLoopback: true });

/**
 * The server of a Config. Certificates are verified, also without a `tls` block. A password does not leave the machine
 * unencrypted. Both unless the Config says otherwise: with `requireTLS: false` and no `tls` block, mails go to servers
 * as they are found inside of companies, in the clear or with a certificate of their own. A Config that a source named
 * may use only addresses that the source may. Rejects with what `credential` rejects with.
 */
export async function mailServerOf(
  { spec, origin }: ChannelConfig<'email'>,
  context: ChannelContext,
): Promise<MailServer> {
  const { host, port } = spec.smartHost;
  const login = await loginOf(spec, context);
  const exposed = login !== undefined && login.method !== 'CRAM-MD5' && !isLocal(host);
  const required = spec.requireTLS ?? exposed;
  const encryption = port === tlsPort ? 'begin' : required ? 'require' : 'offer';
  return {
    name: `mail server ${host}:${port}`,
    host,
    port,
    ...(spec.hello ? { hello: spec.hello } : {}),
    encryption,
    tls: await tlsOf(spec, encryption, context),
    ...(login ? { login } : {}),
    policy: origin.kind === 'source' ? context.addresses : ownServers,
  };
}

async function tlsOf(
  { tls, requireTLS }: ChannelConfig<'email'>['spec'],
  encryption: MailServer['encryption'],
  context: ChannelContext,
): Promise<OutgoingTls> {
  if (tls) return await tlsSettings(tls, (credential) => context.credential(credential));
  return encryption === 'offer' && requireTLS === false ? { insecureSkipVerify: true } : {};
}

async function loginOf(
  { authUsername: user, authPassword, authSecret, authIdentify: identity }: ChannelConfig<'email'>['spec'],
  context: ChannelContext,
): Promise<MailLogin | undefined> {
  if (!user) return undefined;
  if (authPassword) {
    const password = withoutLineEnd(await context.credential(authPassword));
    return { user, password, ...(identity ? { identity } : {}) };
  }
  if (!authSecret) return undefined;
  return { user, password: withoutLineEnd(await context.credential(authSecret)), method: 'CRAM-MD5' };
}

/** Secrets made from files end with a line end, which is no part of them. */
const withoutLineEnd = (text: string): string => text.replace(/[\r\n]+$/u, '');

const isLocal = (host: string): boolean =>
  host.toLowerCase() === 'localhost' || (isIP(host) !== 0 && networkClass(host) === 'loopback');
