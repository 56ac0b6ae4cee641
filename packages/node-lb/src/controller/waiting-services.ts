import { formatKey, type ObjectKey } from '@armillary/kube';
import { portText } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import { byTurn } from '../allocation/turn.ts';
import type { ExposureRequest } from '../request/exposure-request.ts';

/** The Services that would take another node if one could be had, and the ports that they would need there. */
export class WaitingServices {
  readonly #waits = new Map<string, ExposureRequest>();
  readonly #short = new Set<string>();
  readonly #byPort = new Map<string, Set<string>>();

  /** How many of them are on fewer nodes than they ask for. */
  get short(): number {
    return this.#short.size;
  }

  /** Notes that a Service waits, in place of what it waited for before, and whether it has less than it asks for. */
  add(request: ExposureRequest, short: boolean): void {
    const key = formatKey(request.service);
    this.remove(request.service);
    this.#waits.set(key, request);
    if (short) this.#short.add(key);
    for (const text of request.ports.map(portText)) {
      const keys = this.#byPort.get(text);
      if (keys) keys.add(key);
      else this.#byPort.set(text, new Set([key]));
    }
  }

  /** The Service has what it wants, or wants nothing any more. */
  remove(service: ObjectKey): void {
    const key = formatKey(service);
    for (const text of this.#waits.get(key)?.ports.map(portText) ?? []) {
      const keys = this.#byPort.get(text);
      keys?.delete(key);
      if (keys?.size === 0) this.#byPort.delete(text);
    }
    this.#waits.delete(key);
    this.#short.delete(key);
  }

  /** Who waits for one of these ports, who came first being first. */
  forPorts(ports: readonly PortKey[]): ObjectKey[] {
    const keys = new Set(ports.flatMap((port) => [...(this.#byPort.get(portText(port)) ?? [])]));
    return inTurn([...keys].flatMap((key) => this.#waits.get(key) ?? []));
  }

  /** Everybody, who came first being first. */
  all(): ObjectKey[] {
    return inTurn([...this.#waits.values()]);
  }
}

function inTurn(requests: ExposureRequest[]): ObjectKey[] {
  return requests.sort(byTurn).map(({ service }) => service);
}
