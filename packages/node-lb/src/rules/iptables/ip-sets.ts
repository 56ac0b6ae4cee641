import type { NodePlan } from '../../plan/node-plan.ts';
import type { FamilyWords } from '../families.ts';
import type { RuleNames } from '../owner.ts';
import { portElements, type ElementSet, type ElementText, type ProtocolWord } from '../port-elements.ts';

/** A set of the kernel, as ipset calls it. */
export interface IpSet {
  /** Type and family, such as `hash:ip,port family inet`. */
  readonly header: string;
  /** Elements as `ipset save` prints them, such as `10.0.0.1,tcp:80`; values are empty. */
  readonly elements: ReadonlyMap<string, string>;
}

/** Sets of ours, by name. */
export type IpSets = ReadonlyMap<string, IpSet>;

/**
 * In the order in which elements are deleted, which is the other way round from that in which they are added. So a port
 * is limited before it is open; whom it allows is there before it is limited; and a port that changes from Local to
 * Cluster is in `cluster`, which is asked first, before it is no longer in `local`.
 */
const types: Readonly<Record<ElementSet, string>> = {
  cluster: 'hash:ip,port',
  local: 'hash:ip,port',
  limited: 'hash:ip,port',
  allowed: 'hash:ip,port,net',
  endpoints: 'hash:ip,port',
  hairpin: 'hash:ip,port,ip',
};

/** The sets of one family that the rules of a plan ask. Letting Local's traffic pass needs its endpoints only. */
export function wantedSets(
  plan: NodePlan,
  words: FamilyWords,
  names: RuleNames,
  role: 'all' | 'forward',
): [string, IpSet][] {
  const elements = portElements(plan, words.family, elementText);
  const sets = Object.entries(types) as [ElementSet, string][];
  return sets
    .filter(([name]) => role === 'all' || (name === 'endpoints' && elements.endpoints.size > 0))
    .map(([name, type]) => [
      names.set(name, words.family),
      {
        header: `${type} family ${words.ipset}`,
        elements: elements[name],
      },
    ]);
}

const elementText: ElementText = (address, protocol, port, source) => {
  const text = `${address},${protocol}:${port}`;
  return source === undefined ? text : `${text},${source}`;
};

/** The same element with the protocol's number: for a name, ipset reads /etc/protocols anew for each element. */
export function numberedElement(element: string): string {
  return element.replace(/,(tcp|udp|sctp):/, (_, protocol: ProtocolWord) => `,${protocolNumbers[protocol]}:`);
}

const protocolNumbers: Readonly<Record<ProtocolWord, number>> = { tcp: 6, udp: 17, sctp: 132 };

/** Reads what `ipset save` prints. */
export function parseSets(saved: string): Map<string, IpSet> {
  const sets = new Map<string, { header: string; elements: Map<string, string> }>();
  for (const line of saved.split('\n')) {
    if (line.startsWith('add ')) {
      const end = line.indexOf(' ', 4);
      // What follows an element are its options; none of ours has any.
      sets.get(line.slice(4, end))?.elements.set(line.slice(end + 1).trimEnd(), '');
    } else if (line.startsWith('create ')) {
      const [, name, type, ...options] = line.split(' ');
      const family = options[options.indexOf('family') + 1];
      sets.set(name!, { header: `${type} family ${family}`, elements: new Map() });
    }
  }
  return sets;
}
