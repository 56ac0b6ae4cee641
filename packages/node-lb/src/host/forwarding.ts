import type { PerFamily } from '../address/protocol.ts';
import type { Commands } from './commands.ts';
import { readSysctls, writeSysctls } from './sysctl.ts';

const settings: PerFamily<string> = {
  IPv4: 'net/ipv4/ip_forward',
  IPv6: 'net/ipv6/conf/all/forwarding',
};

/** Whether the node forwards packets of a family. */
export async function forwardingOf(commands: Commands, signal: AbortSignal): Promise<PerFamily<boolean>> {
  const values = await readSysctls(commands, Object.values(settings), signal);
  return { IPv4: values.get(settings.IPv4) === '1', IPv6: values.get(settings.IPv6) === '1' };
}

/**
 * Has the node forward packets of both families, as far as it has them. IPv6 interfaces then no longer take their default
 * route from routers, unless their `accept_ra` is 2: only for whoever asked for it.
 */
export async function switchForwardingOn(commands: Commands, signal: AbortSignal): Promise<void> {
  const values = await readSysctls(commands, Object.values(settings), signal);
  const off = [...values].filter(([, value]) => value === '0').map(([name]) => [name, '1'] as const);
  await writeSysctls(commands, new Map(off), signal);
}
