import type { Link } from '../plan/link.ts';
import type { Commands } from './commands.ts';
import type { Netfilter, NftChain } from './netfilter.ts';

/**
 * Tables of others that drop whatever is forwarded and not accepted by them, and say nothing of our link. Nobody else can
 * open them: an accept in one table of nft does not overrule a drop in another. Each in words, with what to add; empty
 * when there are none. Throws `NodeLbError`.
 */
export async function foreignForwardDrops(
  { nft }: Netfilter,
  link: Link,
  commands: Commands,
  signal: AbortSignal,
): Promise<string[]> {
  const dropping = nft.filter(({ hook, policy }) => hook === 'forward' && policy === 'drop');
  const found = dropping.map(async (chain) => {
    return (await isOpened(chain, link, commands, signal)) ? [] : [advice(chain, link)];
  });
  return (await Promise.all(found)).flat();
}

/** Whether somebody wrote a rule for our link, by its name or its addresses: what it says is theirs to know. */
async function isOpened(
  { family, table, name }: NftChain,
  { hostEnd, innerAddress }: Link,
  commands: Commands,
  signal: AbortSignal,
): Promise<boolean> {
  const { stdout } = await commands.run('nft', ['list', 'chain', family, table, name], { signal });
  return [hostEnd, innerAddress.IPv4, innerAddress.IPv6].some((ours) => stdout.includes(ours));
}

function advice({ family, table, name }: NftChain, { hostEnd }: Link): string {
  const insert = `nft insert rule ${family} ${table} ${name}`;
  return (
    `the chain ${name} of the nft table ${family} ${table} drops what it does not accept; ` +
    `let the traffic of Services pass: ${insert} iifname ${hostEnd} accept; ${insert} oifname ${hostEnd} accept`
  );
}
