import type { LookupFunction } from 'node:net';
import type { AddressPolicy } from './address-policy.ts';
import { OutgoingError } from './outgoing-http.ts';

/**
 * A lookup for `net.connect` that gives only addresses which the policy allows, and fails with `OutgoingError`
 * `AddressRefused` when none is left. What it gives is what is connected to: a name cannot change its mind in between.
 */
export function guardedLookup(policy: AddressPolicy, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const addresses = typeof found === 'string' ? [] : found;
      const allowed = addresses.filter(({ address }) => policy.allows(address, hostname));
      const [first] = allowed;
      if (!first) {
        const [refused] = addresses;
        const reason = refused ? policy.refusal(refused.address, hostname) : 'has no address';
        callback(new OutgoingError('AddressRefused', `${hostname} ${reason}`, { unsent: true }), '');
      } else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
