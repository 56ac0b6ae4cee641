import { isIP } from 'node:net';
import { HostList, hostName } from './host-list.ts';
import { networkClass } from './network-class.ts';
import { OutgoingError } from './outgoing-http.ts';

/** What an `AddressPolicy` permits: the fields of `spec.addressPolicy` of a ReceiverSource. Entries: see `HostList`. */
export interface AddressPolicyOptions {
  /** This machine's own addresses may be used. */
  allowLoopback?: boolean;
  /** When not empty, nothing else may be used; an address or network here is allowed even if it is link-local. */
  allow?: readonly string[];
  /** What may not be used, whatever else says so. */
  deny?: readonly string[];
}

/**
 * Which addresses requests may go to. Link-local addresses and the clouds' metadata services are refused unless a
 * network names them, as are addresses of no machine (unspecified, multicast, reserved); private networks are not, for
 * most webhooks are there. IPv6 forms that stand for an IPv4 address are judged as both. Pure: names are looked up by
 * the transport, which asks again about the very address that it connects to.
 */
export class AddressPolicy {
  readonly #allowLoopback: boolean;
  readonly #allow: HostList;
  readonly #deny: HostList;

  /** Throws `NotificationError` `Invalid` for an entry that is no host. */
  constructor(options: AddressPolicyOptions = {}) {
    this.#allowLoopback = options.allowLoopback ?? false;
    this.#allow = new HostList(options.allow ?? []);
    this.#deny = new HostList(options.deny ?? []);
  }

  /** Whether a connection to this address may be made; `name` is what was looked up, if anything was. */
  allows(address: string, name?: string): boolean {
    return this.refusal(address, name) === undefined;
  }

  /** Why a connection to this address may not be made, to be read after the address; undefined when it may. */
  refusal(address: string, name?: string): string | undefined {
    if (isIP(address) === 0) return 'is no address';
    if (this.#deny.hasAddress(address)) return 'is in the list of refused addresses';
    if (this.#allow.hasAddress(address)) return undefined;
    const special = networkClass(address);
    if (special !== undefined && !(special === 'loopback' && this.#allowLoopback)) {
      return `is a ${special} address, which may not be used here`;
    }
    const listed = this.#allow.empty || (name !== undefined && this.#allow.hasName(name));
    return listed ? undefined : 'is not in the list of allowed addresses';
  }

  /**
   * The address as a URL, when its form is right and nothing speaks against its host as it is written. Throws
   * `OutgoingError` `AddressRefused`, which repeats no more of the address than scheme, host and port.
   */
  checkUrl(text: string): URL {
    const url = parseUrl(text);
    if (url.username !== '' || url.password !== '') {
      throw refused(url.origin, 'has a name and password in it; use the settings for basic authentication');
    }
    this.checkHost(url.hostname, url.origin);
    return url;
  }

  /** As `checkUrl` for a proxy, which may have a name and password in its address: there is no other place for them. */
  checkProxyUrl(text: string): URL {
    const url = parseUrl(text);
    this.checkHost(url.hostname, url.origin);
    return url;
  }

  /**
   * Asks about a host as it is written, a name or an address. Throws `OutgoingError` `AddressRefused`, which calls it
   * `shown`.
   */
  checkHost(written: string, shown: string): void {
    const host = hostName(written);
    const reason = isIP(host) === 0 ? this.#nameRefusal(host) : this.refusal(host);
    if (reason !== undefined) throw refused(shown, reason);
  }

  #nameRefusal(name: string): string | undefined {
    if (this.#deny.hasName(name)) return 'is in the list of refused addresses';
    // With networks in the list the address decides, once it is known.
    const open = this.#allow.empty || this.#allow.hasNetworks || this.#allow.hasName(name);
    return open ? undefined : 'is not in the list of allowed addresses';
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url) throw refused('the address', 'is no URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused('the address', `begins with ${url.protocol} where only http: and https: can be used`);
  }
  return url;
}

function refused(what: string, reason: string): OutgoingError {
  return new OutgoingError('AddressRefused', `${what} ${reason}`, { unsent: true });
}
