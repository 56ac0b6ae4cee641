import { systemClock, type Clock } from '@armillary/kube';
import { portText } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import { bindError, bindFailure, checkHoldable, noFilesLeft } from './bind-failure.ts';
import { FileAllowance } from './file-allowance.ts';
import { holdSocket, type HeldSocket } from './held-socket.ts';
import { LeakAlarm, type IsServed, type OnLeak } from './leak-alarm.ts';
import type { HeldPort, HoldResult, PortHolder } from './port-holder.ts';
import { PortOwners, UNSEEN } from './port-owner.ts';
import { Slots } from './slots.ts';

/** Options of {@link socketPortHolder}. */
export interface SocketPortHolderOptions {
  /** Called at once when something reaches a held port; while that goes on, once a second for each port. */
  readonly onLeak: OnLeak;
  /** Asked of everything that arrives: only at a port with rules is it a leak. Every port is served unless told. */
  readonly isServed?: IsServed;
  /** Where the node's /proc is; `/proc` unless told. */
  readonly proc?: string;
  readonly clock?: Clock;
}

/**
 * Holds ports of TCP and UDP by sockets bound to each address, so that the kernel refuses everybody else, whatever
 * options they set (0.0.0.0 and :: included); 127.0.0.1 stays free. Node has no sockets of SCTP: there the kernel is only
 * asked, at each `hold`, whether somebody has the port.
 *
 * `hold` throws `NodeLbError`: `Invalid` for an address that is none of a node, `NotPermitted` when this process may not
 * bind or has no open files left but those it needs for itself. After a refusal or an error nothing of the port is held. Addresses that are not on the
 * node are left out as long as another is there; the next `hold` tries them again.
 */
export function socketPortHolder(options: SocketPortHolderOptions): PortHolder {
  return new SocketPortHolder(options);
}

/** So many ports are bound at a time: with thousands at once, half of the memory is what is waited with. */
const atOnce = 32;

/** A port that is held, and its sockets by address. */
interface Held {
  readonly port: PortKey;
  readonly sockets: Map<string, HeldSocket>;
}

class SocketPortHolder implements PortHolder {
  readonly #alarm: LeakAlarm;
  readonly #owners: PortOwners;
  readonly #held = new Map<string, Held>();
  /** The last call for each port: calls for the same port follow each other. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #slots = new Slots(atOnce);
  readonly #files = FileAllowance.ofThisProcess();

  constructor(options: SocketPortHolderOptions) {
    const { onLeak, isServed = () => true, proc = '/proc', clock = systemClock } = options;
    this.#alarm = new LeakAlarm(onLeak, isServed, clock);
    this.#owners = new PortOwners(proc);
  }

  hold(port: HeldPort): Promise<HoldResult> {
    return this.#inTurn(port, async () => {
      try {
        checkHoldable(port);
        const result = await (port.protocol === 'SCTP' ? this.#ask(port) : this.#bind(port, port.protocol));
        if (!result.held) await this.#letGo(port);
        return result;
      } catch (error) {
        await this.#letGo(port);
        throw error;
      }
    });
  }

  release(port: PortKey): Promise<void> {
    return this.#inTurn(port, () => this.#letGo(port));
  }

  async close(): Promise<void> {
    await Promise.all(this.#turns.values());
    await Promise.all([...this.#held.values()].map(({ port }) => this.release(port)));
  }

  async #bind(port: HeldPort, protocol: 'TCP' | 'UDP'): Promise<HoldResult> {
    const held = this.#held.get(portText(port)) ?? { port, sockets: new Map<string, HeldSocket>() };
    this.#held.set(portText(port), held);
    for (const address of port.addresses) {
      if (held.sockets.has(address)) continue;
      if (!this.#files.take()) throw noFilesLeft(port, address);
      try {
        const onArrival = (): void => this.#alarm.arrived(held.port, address);
        held.sockets.set(address, await holdSocket(protocol, port.port, address, onArrival));
      } catch (error) {
        this.#files.giveBack();
        const reason = bindFailure(error);
        if (reason === undefined) throw bindError(error, port, address);
        if (reason === 'PortInUse') {
          return { held: false, reason, owner: (await this.#owners.find({ ...port, address })) ?? UNSEEN };
        }
      }
    }
    const gone = [...held.sockets.keys()].filter((address) => !port.addresses.includes(address));
    await this.#closeAll(held, gone);
    return held.sockets.size > 0 ? { held: true } : { held: false, reason: 'AddressNotOnNode' };
  }

  async #ask(port: HeldPort): Promise<HoldResult> {
    for (const address of port.addresses) {
      const owner = await this.#owners.find({ ...port, address });
      if (owner !== undefined) return { held: false, reason: 'PortInUse', owner };
    }
    return { held: true };
  }

  async #letGo(port: PortKey): Promise<void> {
    this.#alarm.forget(port);
    const held = this.#held.get(portText(port));
    if (!held) return;
    await this.#closeAll(held, [...held.sockets.keys()]);
    this.#held.delete(portText(port));
  }

  async #closeAll({ sockets }: Held, addresses: readonly string[]): Promise<void> {
    await Promise.all(
      addresses.map(async (address) => {
        await sockets.get(address)?.close();
        sockets.delete(address);
        this.#files.giveBack();
      }),
    );
  }

  async #inTurn<T>(port: PortKey, work: () => Promise<T>): Promise<T> {
    const key = portText(port);
    const before = this.#turns.get(key);
    const turn = Promise.withResolvers<void>();
    this.#turns.set(key, turn.promise);
    await before;
    try {
      return await this.#slots.run(work);
    } finally {
      turn.resolve();
      if (this.#turns.get(key) === turn.promise) this.#turns.delete(key);
    }
  }
}
