import { formatKey, type ObjectKey } from '@armillary/kube';
import { portText } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import type { PortClaim } from '../kinds/port-claim.ts';

/**
 * Where news of a claim comes from: from the server, from a write of this controller, or from a reservation that came or
 * went. Only the first is news to the Service itself; were it woken by what it does, a failure would be retried at once.
 */
export type ClaimNews = 'seen' | 'written' | 'reserved';

/** What is told of a claim that appeared, changed or went. */
export type ClaimChange = (
  before: PortClaim | undefined,
  after: PortClaim | undefined,
  news: ClaimNews,
) => void;

/**
 * The claims as this controller knows them: what the informer saw, together with its own writes, of which the informer
 * hears a moment later, and those it is about to write. So it never gives a port away twice within itself; between
 * controllers it is the claim's name that decides.
 *
 * Every write names the version that it starts from. Whatever the informer tells of a claim after a write is therefore
 * that write, or newer; and a write whose claim has changed here meanwhile is no news any more.
 */
export class ClaimLedger {
  readonly #claims = new Map<string, PortClaim>();
  readonly #byService = new Map<string, Set<string>>();
  readonly #byNode = new Map<string, Set<string>>();
  readonly #byPort = new Map<string, Set<string>>();
  readonly #onChange: ClaimChange;

  constructor(onChange: ClaimChange) {
    this.#onChange = onChange;
  }

  get(name: string): PortClaim | undefined {
    return this.#claims.get(name);
  }

  all(): Iterable<PortClaim> {
    return this.#claims.values();
  }

  /** Claims that name this Service, also those of an earlier one of the same name. */
  ofService(key: ObjectKey): PortClaim[] {
    return this.#named(this.#byService.get(formatKey(key)));
  }

  onNode(node: string): PortClaim[] {
    return this.#named(this.#byNode.get(node));
  }

  /** On any node. */
  onPort(port: PortKey): PortClaim[] {
    return this.#named(this.#byPort.get(portText(port)));
  }

  /** How many claims a node has. */
  countOn(node: string): number {
    return this.#byNode.get(node)?.size ?? 0;
  }

  /** The nodes that have claims. */
  nodes(): Set<string> {
    return new Set(this.#byNode.keys());
  }

  /** What the server says. */
  saw(name: string, claim: PortClaim | undefined): void {
    const known = this.#claims.get(name)?.metadata;
    const { uid, resourceVersion } = claim?.metadata ?? {};
    const isNews = known?.uid !== uid || known?.resourceVersion !== resourceVersion;
    if (isNews || !claim) this.#set(name, claim, 'seen');
  }

  /** What came of a write that started from `base`. */
  wrote(name: string, base: PortClaim | undefined, result: PortClaim | undefined): void {
    if (this.#claims.get(name) === base) this.#set(name, result, 'written');
  }

  /** Takes these claims for given until they are written, or the server says whose they are. */
  reserve(claims: readonly PortClaim[]): void {
    for (const claim of claims) {
      const { name = '' } = claim.metadata;
      if (!this.#claims.has(name)) this.#set(name, claim, 'reserved');
    }
  }

  /** Lets go what was reserved for a Service and never written. Answers what that was. */
  unreserve(key: ObjectKey): PortClaim[] {
    const reserved = this.ofService(key).filter(({ metadata }) => metadata.uid === undefined);
    for (const { metadata } of reserved) this.#set(metadata.name ?? '', undefined, 'reserved');
    return reserved;
  }

  #named(names: ReadonlySet<string> = new Set()): PortClaim[] {
    return [...names].flatMap((name) => this.#claims.get(name) ?? []);
  }

  #set(name: string, after: PortClaim | undefined, news: ClaimNews): void {
    const before = this.#claims.get(name);
    if (before === after) return;
    if (after) this.#claims.set(name, after);
    else this.#claims.delete(name);
    if (before) this.#forget(name, before);
    if (after) this.#note(name, after);
    this.#onChange(before, after, news);
  }

  #note(name: string, { spec }: PortClaim): void {
    add(this.#byService, formatKey(spec.service), name);
    add(this.#byNode, spec.nodeName, name);
    add(this.#byPort, portText(spec), name);
  }

  #forget(name: string, { spec }: PortClaim): void {
    remove(this.#byService, formatKey(spec.service), name);
    remove(this.#byNode, spec.nodeName, name);
    remove(this.#byPort, portText(spec), name);
  }
}

function add(index: Map<string, Set<string>>, value: string, name: string): void {
  const names = index.get(value);
  if (names) names.add(name);
  else index.set(value, new Set([name]));
}

function remove(index: Map<string, Set<string>>, value: string, name: string): void {
  const names = index.get(value);
  names?.delete(name);
  if (names?.size === 0) index.delete(value);
}
