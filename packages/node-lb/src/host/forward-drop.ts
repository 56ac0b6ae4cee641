import type { Link } from '../rules/link.ts';
import type { Netfilter } from './netfilter.ts';

/**
 * Tables of others that drop whatever is forwarded and not accepted by them. Nobody else can open them: an accept in one
 * table of nft does not overrule a drop in another. Each in words, with what to add; empty when there are none.
 */
export function foreignForwardDrops({ nft }: Netfilter, { hostEnd }: Link): string[] {
  return nft
    .filter(({ hook, policy }) => hook === 'forward' && policy === 'drop')
    .map(({ family, table, name }) => {
      const insert = `nft insert rule ${family} ${table} ${name}`;
      return (
        `the chain ${name} of the nft table ${family} ${table} drops what it does not accept; ` +
        `let the traffic of Services pass: ${insert} iifname ${hostEnd} accept; ${insert} oifname ${hostEnd} accept`
      );
    });
}
