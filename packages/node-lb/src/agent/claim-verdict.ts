import { portText } from '../address/port-range.ts';
import { families, type Family } from '../address/protocol.ts';
import type { ProxyMode } from '../kinds/agent-lease.ts';
import type { ClaimReason } from '../kinds/claim-condition.ts';
import type { PortClaim } from '../kinds/port-claim.ts';
import type { ExposedPort } from '../plan/node-plan.ts';
import { serves } from '../plan/served-family.ts';
import { forwardingSetting, unforwarded, type NodeSurvey } from './node-survey.ts';

/** What the agent has to say of one claim. */
export interface ClaimVerdict {
  readonly programmed: boolean;
  readonly reason: ClaimReason;
  /** A sentence: what happened, and what to do. */
  readonly message: string;
  /** Addresses that answer now, in canonical text. */
  readonly addresses: readonly string[];
  /** Who has the port instead, when that is known. */
  readonly owner?: string;
}

/**
 * Which claim a verdict is about, and in which state: another one under the same name, or the same after a change, is not
 * judged by it.
 */
export function claimVersion({ metadata }: PortClaim): string {
  return `${metadata.uid}/${metadata.generation}`;
}

/** What may be served although it was not proved. */
export interface ServingPolicy {
  /** Serve the policy Cluster also with a kube-proxy in IPVS mode, or with Cilium in its place. */
  readonly acceptUnprovenProxy: boolean;
}

const unprovenProxies: ReadonlyMap<ProxyMode | undefined, string> = new Map([
  ['ipvs', 'kube-proxy in IPVS mode'],
  ['cilium', 'Cilium without kube-proxy'],
]);

/** A verdict that the port is not served. */
export function refused(reason: ClaimReason, message: string, owner?: string): ClaimVerdict {
  return { programmed: false, reason, message, addresses: [], ...(owner === undefined ? {} : { owner }) };
}

/** The verdict on a port that somebody else has. */
export function inUse({ spec }: PortClaim, owner: string | undefined): ClaimVerdict {
  const port = portText(spec);
  const by = owner === undefined ? 'somebody else, who could not be told from here' : owner;
  const message = `${port} of this node is in use by ${by}: free it, or let the Service go to another node`;
  return refused('PortInUse', message, owner);
}

/** The verdict on a port at addresses of which the node has none. */
export function notHere({ spec }: PortClaim): ClaimVerdict {
  return refused('AddressNotOnNode', `none of the addresses ${spec.addresses.join(', ')} is on this node`);
}

/** Why a claim cannot be served on a node like this, before anything was tried; undefined when it can. */
export function refusalOf(
  claim: PortClaim,
  survey: NodeSurvey,
  policy: ServingPolicy,
): ClaimVerdict | undefined {
  if (claim.spec.externalTrafficPolicy === 'Cluster') {
    const refusal = proxyRefusal(survey.proxy, policy);
    if (refusal) return refusal;
  }
  const redirect = survey.redirectOf(claim.spec);
  return redirect === undefined ? undefined : inUse(claim, redirect);
}

function proxyRefusal(
  proxy: ProxyMode | undefined,
  { acceptUnprovenProxy }: ServingPolicy,
): ClaimVerdict | undefined {
  if (proxy === 'none') {
    return refused(
      'NoKubeProxy',
      'no kube-proxy serves cluster IPs on this node: start one, or set externalTrafficPolicy: Local on the Service',
    );
  }
  const unproven = unprovenProxies.get(proxy);
  if (unproven === undefined || acceptUnprovenProxy) return undefined;
  return refused(
    'UnsupportedProxy',
    `this load balancer was not proved with ${unproven}: set externalTrafficPolicy: Local on the Service, or start the agent with --accept-unproven-proxy`,
  );
}

/**
 * The verdict on a port that is held. `installed` says whether its rules are; `failure` why the last attempt to install
 * them came to nothing.
 */
export function heldVerdict(
  port: ExposedPort,
  installed: boolean,
  failure: Error | undefined,
  survey: NodeSurvey,
): ClaimVerdict {
  const addresses = servedAddresses(port);
  if (addresses.length === 0) return unserved(port);
  if (!installed) {
    return refused(
      'RulesFailed',
      `the rules could not be installed: ${failure?.message ?? 'see the log of the agent'}`,
    );
  }
  const closed = unforwarded(addresses, survey);
  if (closed.length > 0) {
    const settings = closed.map((family) => forwardingSetting[family]).join(' and ');
    return refused(
      'ForwardingOff',
      `the node forwards no packets: set ${settings} to 1, or start the agent with --enable-forwarding`,
    );
  }
  const answering = addresses.map(({ address }) => address);
  return {
    programmed: true,
    reason: 'Programmed',
    message: `${portText(port)} is held and its rules are installed on ${answering.join(', ')}`,
    addresses: answering,
  };
}

/** The verdict on a port whose traffic has nowhere to go. */
function unserved({ target }: ExposedPort): ClaimVerdict {
  return target.kind === 'local'
    ? refused(
        'NoLocalEndpoint',
        'externalTrafficPolicy is Local, and no ready endpoint of the Service is on this node',
      )
    : refused('AddressNotOnNode', 'the Service has no cluster IP of the family of the addresses');
}

/** The addresses of a port that answer, with their families: those of families that the target has. */
export function servedAddresses(port: ExposedPort): { family: Family; address: string }[] {
  return families
    .filter((family) => serves(port, family))
    .flatMap((family) => port.addresses[family].map((address) => ({ family, address })));
}
