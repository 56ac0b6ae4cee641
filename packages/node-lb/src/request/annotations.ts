import { canonicalAddress } from '../address/address.ts';
import { NODE_PREFIX } from '../kinds/network-group.ts';
import type { Refuse } from './refusal.ts';

/** What people write on a Service for this load balancer; each name follows `node.armillary.dev/`. */
const SERVICE_ANNOTATIONS = ['count', 'pool', 'nodes', 'address', 'address-type', 'partial'] as const;
type Name = (typeof SERVICE_ANNOTATIONS)[number];

/** What the annotations of a Service say; undefined is silence. */
interface AnnotatedWishes {
  readonly count: number | 'all' | undefined;
  readonly pool: string | undefined;
  readonly nodes: readonly string[] | undefined;
  /** In canonical text. */
  readonly addresses: readonly string[] | undefined;
  readonly addressType: 'InternalIP' | 'ExternalIP' | undefined;
  readonly partial: boolean | undefined;
}

/** Reads the annotations `node.armillary.dev/…` of a Service. */
export function readAnnotations(
  annotations: Readonly<Record<string, string>>,
  refuse: Refuse,
): AnnotatedWishes {
  /** Reads one annotation; a reader answers undefined for what cannot be. */
  const read = <T>(name: Name, instead: string, reader: (text: string) => T | undefined): T | undefined => {
    const text = annotations[NODE_PREFIX + name];
    if (text === undefined) return undefined;
    const value = reader(text.trim());
    return (
      value ??
      refuse(
        'InvalidAnnotation',
        `${NODE_PREFIX}${name}: ${JSON.stringify(text)} cannot be; write ${instead}`,
      )
    );
  };
  return {
    count: read('count', 'a number from 1, or all', readCount),
    pool: read('pool', 'the value of the label node.armillary.dev/pool of the nodes meant', readPool),
    nodes: read('nodes', 'names of nodes, separated by commas', (text) => readList(text, readNodeName)),
    addresses: read('address', 'addresses of nodes, separated by commas', (text) =>
      readList(text, canonicalAddress),
    ),
    addressType: read('address-type', 'InternalIP or ExternalIP', (text) =>
      text === 'InternalIP' || text === 'ExternalIP' ? text : undefined,
    ),
    partial: read('partial', '"true" or "false"', (text) =>
      text === 'true' ? true : text === 'false' ? false : undefined,
    ),
  };
}

/** Annotations of our prefix that mean nothing, such as a `pools` that was to be `pool`. */
export function unknownAnnotations(annotations: Readonly<Record<string, string>>): string[] {
  const known = new Set(SERVICE_ANNOTATIONS.map((name) => NODE_PREFIX + name));
  return Object.keys(annotations).filter((name) => name.startsWith(NODE_PREFIX) && !known.has(name));
}

function readCount(text: string): number | 'all' | undefined {
  if (text === 'all') return 'all';
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

/** The value of a label, as Kubernetes has it; an empty one would be no pool. */
function readPool(text: string): string | undefined {
  return /^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/.test(text) ? text : undefined;
}

function readNodeName(text: string): string | undefined {
  return text.length <= 253 && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(text) ? text : undefined;
}

/** The entries of a list with commas, each once; undefined when one cannot be or there is none. */
function readList(text: string, reader: (text: string) => string | undefined): string[] | undefined {
  const entries = text.split(',').map((entry) => reader(entry.trim()));
  return entries.every((entry) => entry !== undefined) ? [...new Set(entries)] : undefined;
}
