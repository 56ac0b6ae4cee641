import ipaddr from 'ipaddr.js';
import { lockNode, type Unlock } from '../agent/node-lock.ts';
import { NodeLbError } from '../errors.ts';
import type { Commands } from '../host/commands.ts';

/**
 * A number for `LayoutOptions.subnet` whose network, 198.18.NUMBER.0/24, overlaps no address and no route of this
 * machine, the first from `start` on. Throws `NodeLbError` (`Invalid`) when all are in use.
 */
export async function freeSubnet(start: number, commands: Commands): Promise<number> {
  const routes = await commands.run('ip', ['-4', '-json', 'route', 'show', 'table', 'all']);
  const taken = networksOf(routes.stdout);
  for (let step = 0; step < 255; step++) {
    const subnet = (start + step) % 255;
    const own = ipaddr.IPv4.parse(`198.18.${subnet}.0`);
    if (!taken.some((network) => overlap([own, 24], network))) return subnet;
  }
  throw new NodeLbError(
    'Invalid',
    'the networks 198.18.0.0/24 to 198.18.254.0/24, in one of which the lab puts its nodes, all have routes on this machine: remove one',
  );
}

/**
 * As {@link freeSubnet}, and keeps the number from others that ask here until `unlock`: the network of a lab that is being
 * made has no route yet. Throws as {@link lockNode}, too.
 */
export async function takeSubnet(
  start: number,
  commands: Commands,
): Promise<{ subnet: number; unlock: Unlock }> {
  for (let from = start; ;) {
    const subnet = await freeSubnet(from, commands);
    const unlock = await lockNode(`lab-subnet-${subnet}`);
    // Whoever had it until now may have made its routes since they were read.
    if (unlock && (await freeSubnet(subnet, commands)) === subnet) return { subnet, unlock };
    await unlock?.();
    from = subnet + 1;
  }
}

type Network = [ipaddr.IPv4, number];

/** Destinations of the routes as `ip -json` prints them; local addresses of the machine have such routes too. */
function networksOf(json: string): Network[] {
  const routes: unknown = JSON.parse(json);
  if (!Array.isArray(routes)) return [];
  return routes
    .map((route) => (route as { dst?: unknown } | null)?.dst)
    .filter((dst): dst is string => typeof dst === 'string' && dst !== 'default')
    .map((dst): Network => {
      const [address = '', length = '32'] = dst.split('/');
      return [ipaddr.IPv4.parse(address), Number(length)];
    });
}

function overlap(a: Network, b: Network): boolean {
  return a[0].match(b[0], Math.min(a[1], b[1]));
}
