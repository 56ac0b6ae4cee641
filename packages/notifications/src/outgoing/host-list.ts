import type { BlockList } from 'node:net';
import { NotificationError } from '../errors.ts';
import { inNetworks, isNetwork, networkList } from './network-list.ts';

const namePattern = /^(?:\*?\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/u;

/**
 * Hosts as people write them: names (`hooks.example.com`), all names below one (`*.example.com`), addresses and
 * networks (`10.1.0.0/16`). Names and addresses are compared apart: an entry says nothing about what a name stands for.
 */
export class HostList {
  readonly #names: readonly string[];
  readonly #networks: BlockList;
  readonly empty: boolean;
  /** Whether there are addresses or networks in it. */
  readonly hasNetworks: boolean;

  /** Throws `NotificationError` `Invalid` that names the first entry which is nothing of this. */
  constructor(entries: readonly string[]) {
    const hosts = entries.map(hostName);
    const networks = hosts.filter(isNetwork);
    const names = hosts.filter((host) => !isNetwork(host));
    const wrong = names.find((name) => !namePattern.test(name));
    if (wrong !== undefined) {
      throw new NotificationError(
        'Invalid',
        `${JSON.stringify(wrong)} is no host: write a name, *.name, an address or a network such as 10.0.0.0/8`,
      );
    }
    this.#names = names.map((name) => name.replace(/^\*/u, ''));
    this.#networks = networkList(networks);
    this.empty = entries.length === 0;
    this.hasNetworks = networks.length > 0;
  }

  hasName(name: string): boolean {
    const host = hostName(name);
    return this.#names.some((entry) => (entry.startsWith('.') ? host.endsWith(entry) : host === entry));
  }

  hasAddress(address: string): boolean {
    return inNetworks(this.#networks, address);
  }
}

/** A host as it is compared: lower case, without the brackets of a URL and the dot of a full name. */
export function hostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/u, '$1')
    .replace(/\.$/u, '');
}
