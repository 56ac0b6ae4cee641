import { randomInt } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { KubeObject } from '../../object.ts';
import { invalid, type StatusCause } from '../../status-error.ts';
import { listAt, numberAt, objectAt, textAt, textsAt } from '../read-field.ts';
import { AddressRange, canonicalAddress } from './address-range.ts';
import { invalidValue } from './field-error.ts';
import { needsHealthCheck } from './service.ts';

type Json = Record<string, unknown>;

/** Where services come from, and what is handed out. */
export interface ServiceAllocatorOptions {
  /** All services that are stored. */
  services(): Iterable<KubeObject>;
  /** In order of preference, at most one for each IP family. */
  clusterIPRanges?: readonly string[];
  nodePorts?: { first: number; last: number };
  /** A number from 0 to below `end`; for tests. */
  random?: (end: number) => number;
}

const DEFAULT_RANGES = ['10.96.0.0/12', 'fd00:10:96::/108'];
const DEFAULT_NODE_PORTS = { first: 30_000, last: 32_767 };

/** Everything one service holds: `10.96.0.1`, `TCP/30080`. A node port is held per protocol. */
const held = (service: KubeObject): string[] => {
  const spec = objectAt(service, 'spec');
  const ports = listAt(spec, 'ports').filter((p) => numberAt(p, 'nodePort') > 0);
  const health = numberAt(spec, 'healthCheckNodePort');
  return [
    ...textsAt(spec, 'clusterIPs')
      .filter((ip) => ip !== 'None')
      .map(canonicalAddress),
    ...ports.map((p) => `${textAt(p, 'protocol')}/${numberAt(p, 'nodePort')}`),
    // Health checks are TCP.
    ...(health > 0 ? [`TCP/${health}`] : []),
  ];
};

// Stored objects never change, so that each is read once.
const ofStored = new WeakMap<KubeObject, string[]>();
const heldByStored = (service: KubeObject): string[] => {
  const known = ofStored.get(service) ?? held(service);
  ofStored.set(service, known);
  return known;
};

/**
 * Gives services their cluster IPs and node ports, as a cluster would: what a client asks for when it is free, else
 * a random free one. It is an `Allocator`: nothing is kept here but what requests under way have reserved, the rest is
 * what stored services hold, so that a refused write, a dry run or a crash leaks nothing.
 */
export class ServiceAllocator {
  readonly storageKey = 'services';
  readonly #services: () => Iterable<KubeObject>;
  readonly #ranges: readonly AddressRange[];
  readonly #nodePorts: { first: number; last: number };
  readonly #random: (end: number) => number;
  readonly #reserved = new Set<string>();

  constructor(options: ServiceAllocatorOptions) {
    this.#services = () => options.services();
    this.#ranges = (options.clusterIPRanges ?? DEFAULT_RANGES).map((range) => new AddressRange(range));
    this.#nodePorts = options.nodePorts ?? DEFAULT_NODE_PORTS;
    this.#random = options.random ?? randomInt;
  }

  /**
   * Fills the service in place. `old` is what is stored now. Throws a 422 `StatusError` when something asked for is
   * taken or outside of its range, or when nothing is free. The returned function ends the reservation.
   */
  allocate(service: KubeObject, old: KubeObject | undefined): () => void {
    const own = new Set(old ? heldByStored(old) : []);
    const taken = new Set(this.#reserved);
    for (const other of this.#services())
      if (other.metadata.uid === undefined || other.metadata.uid !== service.metadata.uid)
        for (const name of heldByStored(other)) taken.add(name);
    const reserved: string[] = [];
    const causes: StatusCause[] = [];
    const take = (name: string): boolean => {
      if (taken.has(name)) return false;
      taken.add(name);
      if (!own.has(name)) reserved.push(name);
      return true;
    };
    const spec = objectAt(service, 'spec');
    this.#clusterIPs(spec, take, causes);
    this.#ports(spec, take, causes);
    if (causes.length > 0) throw invalid({ group: '', kind: 'Service' }, service.metadata.name ?? '', causes);
    for (const name of reserved) this.#reserved.add(name);
    return () => {
      for (const name of reserved.splice(0)) this.#reserved.delete(name);
    };
  }

  #families(spec: Json, causes: StatusCause[]): AddressRange[] {
    const asked = textsAt(spec, 'ipFamilies');
    const addresses = textsAt(spec, 'clusterIPs').filter((ip) => ip !== 'None');
    const wanted = asked.length > 0 ? asked : addresses.map((ip) => (isIPv6(ip) ? 'IPv6' : 'IPv4'));
    const found = wanted.flatMap((family, i) => {
      const range = this.#ranges.find((r) => r.family === family);
      if (!range)
        causes.push(invalidValue(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster'));
      return range ? [range] : [];
    });
    const policy = textAt(spec, 'ipFamilyPolicy', 'SingleStack');
    const ranges = found.length > 0 ? found : this.#ranges.slice(0, 1);
    if (policy === 'SingleStack') return ranges.slice(0, 1);
    return [...new Set([...ranges, ...this.#ranges])].slice(0, 2);
  }

  #clusterIPs(spec: Json, take: (name: string) => boolean, causes: StatusCause[]): void {
    if (spec['type'] === 'ExternalName') return;
    const asked = textsAt(spec, 'clusterIPs');
    if (asked.length === 0 && textAt(spec, 'clusterIP') !== '') asked.push(textAt(spec, 'clusterIP'));
    spec['clusterIPs'] = asked;
    const ranges = this.#families(spec, causes);
    spec['ipFamilyPolicy'] ??= 'SingleStack';
    spec['ipFamilies'] = ranges.map((r) => r.family);
    if (asked[0] === 'None') {
      spec['clusterIP'] = 'None';
      return;
    }
    const given = ranges.map((range, i) => this.#clusterIP(range, i, asked[i], take, causes));
    spec['clusterIPs'] = given;
    spec['clusterIP'] = given[0] ?? '';
  }

  #clusterIP(
    range: AddressRange,
    index: number,
    asked: string | undefined,
    take: (name: string) => boolean,
    causes: StatusCause[],
  ): string {
    const field = 'spec.clusterIPs';
    const refuse = (why: string): string => {
      causes.push(
        invalidValue(
          field,
          asked === undefined ? [] : [asked],
          `failed to allocate IP ${asked ?? ''}: ${why}`,
        ),
      );
      return asked ?? '';
    };
    if (asked !== undefined && asked !== '') {
      if (!range.contains(asked))
        return refuse(
          `the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${range.cidr}`,
        );
      return take(canonicalAddress(asked)) ? asked : refuse('provided IP is already allocated');
    }
    const found = range.pick(this.#random, (address) => take(canonicalAddress(address)));
    return found ?? refuse(`range is full (family ${index + 1}: ${range.cidr})`);
  }

  #ports(spec: Json, take: (name: string) => boolean, causes: StatusCause[]): void {
    const type = spec['type'];
    const wanted =
      type === 'NodePort' || (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
    const ports = listAt(spec, 'ports');
    // What is asked for by number comes first, so that no random pick takes it.
    for (const [i, port] of ports.entries()) {
      const number = numberAt(port, 'nodePort');
      if (number > 0)
        this.#askedPort(`spec.ports[${i}].nodePort`, number, textAt(port, 'protocol'), take, causes);
    }
    const health = numberAt(spec, 'healthCheckNodePort');
    if (health > 0) this.#askedPort('spec.healthCheckNodePort', health, 'TCP', take, causes);
    if (wanted)
      for (const [i, port] of ports.entries()) {
        if (numberAt(port, 'nodePort') > 0) continue;
        // One port number for several protocols of the same port, as for DNS.
        const sibling = ports.find((p) => p['port'] === port['port'] && numberAt(p, 'nodePort') > 0);
        const shared = numberAt(sibling, 'nodePort');
        port['nodePort'] =
          shared > 0 && take(`${textAt(port, 'protocol')}/${shared}`)
            ? shared
            : this.#freePort(`spec.ports[${i}].nodePort`, textAt(port, 'protocol'), take, causes);
      }
    if (needsHealthCheck(spec) && health === 0)
      spec['healthCheckNodePort'] = this.#freePort('spec.healthCheckNodePort', 'TCP', take, causes);
  }

  #askedPort(
    field: string,
    number: number,
    protocol: string,
    take: (name: string) => boolean,
    causes: StatusCause[],
  ): void {
    const { first, last } = this.#nodePorts;
    if (number < first || number > last)
      causes.push(
        invalidValue(
          field,
          number,
          `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
        ),
      );
    else if (!take(`${protocol}/${number}`))
      causes.push(invalidValue(field, number, 'provided port is already allocated'));
  }

  #freePort(field: string, protocol: string, take: (name: string) => boolean, causes: StatusCause[]): number {
    const { first, last } = this.#nodePorts;
    const size = last - first + 1;
    const start = this.#random(size);
    for (let i = 0; i < size; i++) {
      const number = first + ((start + i) % size);
      if (take(`${protocol}/${number}`)) return number;
    }
    causes.push(invalidValue(field, 0, 'failed to allocate a nodePort: range is full'));
    return 0;
  }
}
