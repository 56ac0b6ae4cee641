import { familyOf } from '../address/address.ts';
import { inRange, type PortRange } from '../address/port-range.ts';
import type { Family, Protocol } from '../address/protocol.ts';
import type { HeldPort } from './port-holder.ts';
import { contains, natPaths, type JumpVerdict, type NatPath, type NatTable } from './nat-rule.ts';

/** Ports of the node that a rule of somebody else leads elsewhere: a container's published port, a hostPort, a NodePort. */
export interface ForeignRedirect extends PortRange {
  /** Both when absent. */
  readonly family?: Family;
  /** A network in CIDR text; all addresses of the node when absent. */
  readonly network?: string;
  /** Whose, in words: `docker (chain DOCKER)`. */
  readonly owner: string;
}

/** Who writes chains and nft tables of these names. */
const writers: readonly (readonly [RegExp, string])[] = [
  [/^DOCKER|^docker-bridges$/, 'docker'],
  [/^CNI-|^cni_hostport$/, 'CNI portmap'],
  [/^NETAVARK-|^netavark$/, 'podman'],
  [/^KUBE-NODEPORTS$/, 'kube-proxy'],
  [/^KUBE-H(OSTPORTS|P-)/, 'a hostPort'],
  [/^firewalld$|_ZONES$/, 'firewalld'],
  [/^LIBVIRT_|^libvirt/, 'libvirt'],
];

const anyProtocol: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

/** Where kube-proxy leads the packets of one Service. */
const kubeServiceChain = /^KUBE-(?!SERVICES$|NODEPORTS$|HOSTPORTS$|HP-)/;

/**
 * The ports that a table of others takes. A rule counts when it can concern the node's addresses; one that names neither
 * destination nor port does not, nor one that is for some interface or source only and names no destination. Of
 * kube-proxy's only NodePorts count: the API says the rest.
 */
export function redirectsOf(table: NatTable, tableName: string): ForeignRedirect[] {
  const judgeJump = (from: string, target: string): JumpVerdict => {
    if (!kubeServiceChain.test(target)) return 'into';
    return from === 'KUBE-NODEPORTS' ? 'taken' : 'past';
  };
  const unique = new Map<string, ForeignRedirect>();
  for (const path of natPaths(table, judgeJump)) {
    for (const redirect of redirectsOfPath(path, tableName)) unique.set(JSON.stringify(redirect), redirect);
  }
  return [...unique.values()];
}

/** The redirect that takes a port at one of these addresses of the node, if there is one. */
export function redirectOf(
  redirects: readonly ForeignRedirect[],
  port: HeldPort,
): ForeignRedirect | undefined {
  return redirects.find(
    (redirect) =>
      inRange(port, redirect) &&
      port.addresses.some((address) => {
        if (redirect.family && redirect.family !== familyOf(address)) return false;
        return redirect.network === undefined || contains(redirect.network, address);
      }),
  );
}

function redirectsOfPath({ match, chains }: NatPath, tableName: string): ForeignRedirect[] {
  const { family, ports, networks, local, partial } = match;
  const destined = networks !== undefined || local === true;
  if (!destined && (ports === undefined || partial)) return [];
  const owner = ownerOfPath(chains, tableName);
  const everywhere: (string | undefined)[] = [undefined];
  return (match.protocols ?? anyProtocol).flatMap((protocol) =>
    (ports ?? [{ from: 1, to: 65_535 }]).flatMap(({ from, to }) =>
      (networks ?? everywhere).map((network) => ({
        protocol,
        from,
        to,
        ...(family && { family }),
        ...(network !== undefined && { network }),
        owner,
      })),
    ),
  );
}

function ownerOfPath(chains: readonly string[], tableName: string): string {
  for (const name of [...chains, tableName]) {
    const writer = writers.find(([names]) => names.test(name));
    if (writer) return `${writer[1]} (${name === tableName ? 'table' : 'chain'} ${name})`;
  }
  return `a rule of somebody else (chain ${chains.at(-1)} of ${tableName})`;
}
