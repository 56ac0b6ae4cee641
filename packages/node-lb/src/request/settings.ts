import { Compile } from 'typebox/compile';
import { parsePortRange, type PortRange } from '../address/port-range.ts';
import { AGENT_RENEW_MS } from '../kinds/agent-lease.ts';
import { NodeLoadBalancerSpec } from '../kinds/node-load-balancer.ts';
import { parseDuration } from './duration.ts';
import { RESERVED_PORTS } from './reserved-ports.ts';

/** Who may expose what: namespaces by name, in which `*` stands for any letters, and ports. */
interface Allowance {
  readonly namespaces: readonly string[];
  readonly ports: readonly PortRange[];
}

/** How the load balancer works in this cluster, with every default filled in. */
export interface Settings {
  /** Whether Services without loadBalancerClass are served. */
  readonly classless: boolean;
  /** Labels of the nodes that may be used; undefined for all nodes. */
  readonly nodeSelector: Readonly<Record<string, string>> | undefined;
  /** What the label exclude-from-external-load-balancers means. */
  readonly excludedNodes: 'Leave' | 'Use';
  /** On how many nodes a Service answers that does not say so itself. */
  readonly count: number | 'all';
  readonly addressType: 'InternalIP' | 'ExternalIP';
  /** Ports nobody gets, those that always are among them. */
  readonly reservedPorts: readonly PortRange[];
  /** The API server's range of NodePorts, for every protocol. */
  readonly nodePortRange: { readonly from: number; readonly to: number };
  /** Undefined: everybody may expose what is not reserved. Empty: nobody anything. */
  readonly allow: readonly Allowance[] | undefined;
  readonly publishStatus: boolean;
  /** How long a node may be NotReady, milliseconds. */
  readonly nodeGraceMs: number;
  /** How long a node's agent may be silent, milliseconds. */
  readonly agentGraceMs: number;
  /** How long a node must be well again before it is used, milliseconds. */
  readonly returnGraceMs: number;
  /** How long a Service that moved stays, milliseconds. */
  readonly moveGraceMs: number;
  /** How long a node goes on answering for a Service that moved away, milliseconds. */
  readonly drainMs: number;
  /** When these per cent of the nodes look bad at once, and two at least, nothing moves for it. */
  readonly maxUnhealthyPercent: number;
}

/** What came of reading a NodeLoadBalancer; problems are sentences that name the field and say what to write. */
export type SettingsResult =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** An agent whose sign of life comes late, or is lost once, must not be taken for silent. */
const leastAgentGraceMs = 2 * AGENT_RENEW_MS;

const shape = Compile(NodeLoadBalancerSpec);

/**
 * The settings that the spec of the NodeLoadBalancer `default` says, or those of a cluster without one. The API server
 * checks the shape of such an object, but not the durations and ports in it.
 */
export function settingsOf(spec: NodeLoadBalancerSpec | undefined = {}): SettingsResult {
  if (!shape.Check(spec)) {
    return problems(shape.Errors(spec).map((error) => `spec${error.instancePath} ${error.message}`));
  }
  const found: string[] = [];
  const durationAt = (field: string, text: string | undefined, absent: string, leastMs = 0): number => {
    const ms = parseDuration(text ?? absent);
    if (ms === undefined) {
      found.push(`spec.${field}: ${JSON.stringify(text)} is no duration up to a week; write 90s or 1h30m`);
    } else if (ms < leastMs) {
      found.push(`spec.${field}: ${JSON.stringify(text)} is too short; write ${leastMs / 1000}s or more`);
    }
    return ms ?? 0;
  };
  const portsAt = (field: string, texts: readonly string[]): PortRange[] =>
    texts.flatMap((text) => {
      const range = parsePortRange(text);
      if (!range) {
        found.push(`spec.${field}: ${JSON.stringify(text)} is no port; write 80, 8000-8999 or UDP/53`);
      }
      return range ?? [];
    });

  const { from, to, protocol } = parsePortRange(spec.nodePortRange ?? '30000-32767') ?? {};
  if (from === undefined || to === undefined || protocol !== 'TCP') {
    found.push(`spec.nodePortRange: ${JSON.stringify(spec.nodePortRange)} is no range; write 30000-32767`);
  }
  const settings: Settings = {
    classless: spec.classless ?? true,
    nodeSelector: spec.nodeSelector,
    excludedNodes: spec.excludedNodes ?? 'Leave',
    count: spec.count ?? 1,
    addressType: spec.addressType ?? 'InternalIP',
    reservedPorts: [...RESERVED_PORTS, ...portsAt('reservedPorts', spec.reservedPorts ?? [])],
    nodePortRange: { from: from ?? 0, to: to ?? 0 },
    allow: spec.allow?.map(({ namespaces, ports }, at) => ({
      namespaces,
      ports: portsAt(`allow[${at}].ports`, ports),
    })),
    publishStatus: spec.publishStatus ?? true,
    nodeGraceMs: durationAt('grace.node', spec.grace?.node, '20s'),
    agentGraceMs: durationAt('grace.agent', spec.grace?.agent, '15s', leastAgentGraceMs),
    returnGraceMs: durationAt('grace.return', spec.grace?.return, '30s'),
    moveGraceMs: durationAt('grace.move', spec.grace?.move, '60s'),
    drainMs: durationAt('drain', spec.drain, '30s'),
    maxUnhealthyPercent: spec.maxUnhealthy ?? 50,
  };
  return found.length > 0 ? problems(found) : { kind: 'settings', settings };
}

function problems(found: string[]): SettingsResult {
  return { kind: 'problems', problems: found };
}
