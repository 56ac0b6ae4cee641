import type { Protocol } from '../address/protocol.ts';
import type { ProxyMode } from '../kinds/agent-lease.ts';
import type { ClaimReason } from '../kinds/claim-condition.ts';
import type { PortClaim } from '../kinds/port-claim.ts';
import type { NodeSurvey } from './node-survey.ts';

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

/** What may be served although it was not proved. */
export interface ServingPolicy {
  /** Serve the policy Cluster also with a kube-proxy in IPVS mode, or with Cilium in its place. */
  readonly acceptUnprovenProxy: boolean;
}

/** A verdict that the port is not served. */
export function refused(reason: ClaimReason, message: string, owner?: string): ClaimVerdict {
  return { programmed: false, reason, message, addresses: [], ...(owner === undefined ? {} : { owner }) };
}

/** The verdict on a port that somebody else has. */
export function inUse({ spec }: PortClaim, owner: string | undefined): ClaimVerdict {
  const port = portName(spec);
  const by = owner === undefined ? 'somebody else, who could not be told from here' : owner;
  const message = `${port} of this node is in use by ${by}: free it, or let the Service go to another node`;
  return refused('PortInUse', message, owner);
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
  switch (proxy) {
    case undefined:
    case 'iptables':
    case 'nftables':
      return undefined;
    case 'none':
      return refused(
        'NoKubeProxy',
        'no kube-proxy serves cluster IPs on this node: start one, or set externalTrafficPolicy: Local on the Service',
      );
    case 'ipvs':
    case 'cilium': {
      if (acceptUnprovenProxy) return undefined;
      const who = proxy === 'ipvs' ? 'kube-proxy in IPVS mode' : 'Cilium without kube-proxy';
      return refused(
        'UnsupportedProxy',
        `this load balancer was not proved with ${who}: set externalTrafficPolicy: Local on the Service, or start the agent with --accept-unproven-proxy`,
      );
    }
  }
}

/** `TCP port 80`, for people. */
export function portName({ protocol, port }: { protocol: Protocol; port: number }): string {
  return `${protocol} port ${port}`;
}
