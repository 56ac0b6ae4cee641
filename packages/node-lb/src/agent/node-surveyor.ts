import { networkInterfaces } from 'node:os';
import { canonicalAddress } from '../address/address.ts';
import { redirectOf } from '../claims/foreign-redirect.ts';
import { foreignRedirects } from '../claims/redirect-survey.ts';
import { backendOf, forwardBackendsOf } from '../host/backend.ts';
import type { Commands } from '../host/commands.ts';
import { NodeLbError } from '../errors.ts';
import { foreignForwardDrops } from '../host/forward-drop.ts';
import { forwardingOf, switchForwardingOn } from '../host/forwarding.ts';
import { ipInterfaces } from '../host/ip-facts.ts';
import { readNetfilter } from '../host/netfilter.ts';
import { nodeAddressesOf } from '../host/node-addresses.ts';
import { hasVirtualServers, proxyModeOf } from '../host/proxy-mode.ts';
import type { NodeOptions } from './agent-options.ts';
import type { Backends } from './node-rules.ts';
import type { NodeSurvey } from './node-survey.ts';

/** What a look at this node finds, with where its rules belong. */
export interface FullSurvey extends NodeSurvey {
  readonly backends: Backends;
}

/** Looks at this node; with `enableForwarding`, also turns forwarding on. Throws `NodeLbError`. */
export async function surveyNode(
  { link, backend, enableForwarding = false }: NodeOptions,
  commands: Commands,
  signal: AbortSignal,
): Promise<FullSurvey> {
  if (enableForwarding) await switchForwardingOn(commands, signal);
  const [netfilter, interfaces, forwarding, hasServers, redirects] = await Promise.all([
    readNetfilter(commands, signal),
    ipInterfaces(commands, signal),
    forwardingOf(commands, signal),
    hasVirtualServers(commands, signal),
    foreignRedirects(commands, signal),
  ]);
  const used = backend ?? (await backendOf(netfilter, commands, signal));
  const drops = await foreignForwardDrops(netfilter, link, commands, signal);
  return {
    proxy: proxyModeOf(netfilter, interfaces, hasServers),
    addresses: nodeAddressesOf(interfaces, link),
    forwarding,
    redirectOf: (port) => redirectOf(redirects, port)?.owner,
    backends: { backend: used, forward: forwardBackendsOf(netfilter).filter((one) => one !== used) },
    ...(drops.length > 0 ? { problem: drops.join('; ') } : {}),
  };
}

/**
 * The same as far as it takes no rights on the node and none of the programs that write rules: for showing what would be
 * done, on any system. Where rules cannot be read, nobody's are known.
 */
export async function surveyAsGuest(
  options: NodeOptions,
  commands: Commands,
  signal: AbortSignal,
): Promise<FullSurvey> {
  try {
    return await surveyNode({ ...options, enableForwarding: false }, commands, signal);
  } catch (error) {
    if (!(error instanceof NodeLbError)) throw error;
  }
  return {
    proxy: undefined,
    addresses: machineAddresses(),
    forwarding: { IPv4: true, IPv6: true },
    redirectOf: () => undefined,
    backends: { backend: options.backend ?? 'nftables', forward: [] },
  };
}

/** Addresses by which others may reach this machine: not loopback, none that counts on one link only. */
function machineAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .flatMap(({ address }) => canonicalAddress(address) ?? []);
}
