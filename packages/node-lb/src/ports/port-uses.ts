import { portText } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import type { PortUse } from './port-use.ts';

/** A node, as far as its ports go: a use of one address matters where that address is. */
export interface NodeAddresses {
  readonly name: string;
  /** Those that shall be served, in canonical text; uses of others are in nobody's way. */
  readonly addresses: readonly { readonly address: string }[];
}

/**
 * All port uses the API knows of, kept up to date object by object. A change costs as much as the object has ports, a
 * question as much as the node has addresses and the port has users there, however large the cluster is.
 */
export class PortUses {
  /** By port and place; see {@link placeOf}. */
  readonly #uses = new Map<string, PortUse[]>();
  readonly #byObject = new Map<string, readonly PortUse[]>();

  /**
   * Says what an object uses now, in place of what it used before.
   *
   * @param object - such as `pod/web/nginx-1`; one name for one object
   * @returns whether something became free that was in use before
   */
  set(object: string, uses: readonly PortUse[]): boolean {
    const before = this.#byObject.get(object) ?? [];
    for (const use of before) this.#remove(use);
    for (const use of uses) this.#add(use);
    if (uses.length > 0) this.#byObject.set(object, uses);
    else this.#byObject.delete(object);
    if (before.length === 0) return false;
    const now = new Set(uses.map(placeOf));
    return before.some((use) => !now.has(placeOf(use)));
  }

  /** The object is gone. Returns whether something became free. */
  delete(object: string): boolean {
    return this.set(object, []);
  }

  /** Who has a port of a node, those on all nodes among them; the uses of one Service can be left out by its uid. */
  at(node: NodeAddresses, port: PortKey, exceptServiceUid?: string): PortUse[] {
    const text = portText(port);
    const here = new Set(node.addresses.map(({ address }) => address));
    const places = [
      `${text} everywhere`,
      `${text} on ${node.name}`,
      ...[...here].map((ip) => `${text} at ${ip}`),
    ];
    return places
      .flatMap((place) => this.#uses.get(place) ?? [])
      .filter(
        ({ address, serviceUid }) =>
          (address === undefined || here.has(address)) &&
          (serviceUid === undefined || serviceUid !== exceptServiceUid),
      );
  }

  #add(use: PortUse): void {
    const place = placeOf(use);
    const there = this.#uses.get(place);
    if (there) there.push(use);
    else this.#uses.set(place, [use]);
  }

  #remove(use: PortUse): void {
    const place = placeOf(use);
    const left = this.#uses.get(place)?.filter((other) => other !== use) ?? [];
    if (left.length > 0) this.#uses.set(place, left);
    else this.#uses.delete(place);
  }
}

/** Where a use is looked for: everywhere, on its node, or, when any node may have it, at its address. */
function placeOf(use: PortUse): string {
  const port = portText(use);
  if (use.node !== undefined) return `${port} on ${use.node}`;
  return use.address === undefined ? `${port} everywhere` : `${port} at ${use.address}`;
}
