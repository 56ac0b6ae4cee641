import { portText } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import type { PortUse } from './port-use.ts';

/** A node, as far as its ports go. */
export interface NodeAddresses {
  readonly name: string;
  /** Those that shall be served, in canonical text; a use of another address is in nobody's way. */
  readonly addresses: readonly { readonly address: string }[];
}

/**
 * All port uses the API knows of, kept up to date object by object. A change costs as much as the object has ports; a
 * question as much as the node has addresses and the port users there, however large the cluster is.
 */
export class PortUses {
  /** By port, then by place; see {@link placeOf}. */
  readonly #ports = new Map<string, Map<string, readonly PortUse[]>>();
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

    const now = new Set(uses.map(spotOf));
    return before.some((use) => !now.has(spotOf(use)));
  }

  /** The object is gone. Returns whether something became free. */
  delete(object: string): boolean {
    return this.set(object, []);
  }

  /** Who has a port of a node, those on all nodes among them; the uses of one Service can be left out by its uid. */
  at(node: NodeAddresses, port: PortKey, exceptServiceUid?: string): PortUse[] {
    const places = this.#ports.get(portText(port));
    if (!places) return [];
    const here = [...new Set(node.addresses.map(({ address }) => address))];
    return [EVERYWHERE, node.name, ...here.map(placeOfAddress)]
      .flatMap((place) => places.get(place) ?? [])
      .filter(
        ({ address, serviceUid }) =>
          (address === undefined || here.includes(address)) &&
          (serviceUid === undefined || serviceUid !== exceptServiceUid),
      );
  }

  #add(use: PortUse): void {
    const port = portText(use);
    const places = this.#ports.get(port) ?? new Map<string, readonly PortUse[]>();
    this.#ports.set(port, places);
    places.set(placeOf(use), [...(places.get(placeOf(use)) ?? []), use]);
  }

  #remove(use: PortUse): void {
    const port = portText(use);
    const places = this.#ports.get(port);
    const left = places?.get(placeOf(use))?.filter((other) => other !== use) ?? [];
    if (left.length > 0) places?.set(placeOf(use), left);
    else places?.delete(placeOf(use));
    if (places?.size === 0) this.#ports.delete(port);
  }
}

/** The place of what is on all nodes, which is the name of none. */
const EVERYWHERE = '';

/** Where a use is looked for: everywhere, on its node, or, when any node may have it, at its address. */
function placeOf({ node, address }: PortUse): string {
  return node ?? (address === undefined ? EVERYWHERE : placeOfAddress(address));
}

/** No node can be called so, though one may be called like its address. */
function placeOfAddress(address: string): string {
  return `@${address}`;
}

/** The port, place and address of a use, to tell whether it is still there. */
function spotOf(use: PortUse): string {
  return `${portText(use)} ${placeOf(use)} ${use.address}`;
}
