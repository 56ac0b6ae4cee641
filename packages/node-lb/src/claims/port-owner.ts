import { readdir, readFile, readlink } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { basename } from 'node:path';
import type { PortKey, Protocol } from '../address/protocol.ts';
import { listSockets, type ListedSocket } from './socket-table.ts';

/** A port of one address. */
export interface AddressPort extends PortKey {
  readonly address: string;
}

/** Said of an owner that has no process to be seen: it is in another /proc, or the kernel itself. */
export const UNSEEN = 'a process that is not visible here';

/** A node may have very many open files: after so many the search ends. */
const maxFiles = 500_000;
/** So many links are read at a time. */
const atOnce = 64;

/** Looks in /proc for whoever has a port. A search reads much: those who ask during one share the next. */
export class PortOwners {
  readonly #proc: string;
  #waiting: { port: AddressPort; found: PromiseWithResolvers<string | undefined> }[] = [];
  #searching = false;

  constructor(proc: string) {
    this.#proc = proc;
  }

  /** Who has a port of an address, such as `nginx (pid 1234)`, or {@link UNSEEN}; undefined when no socket is in the way. */
  find(port: AddressPort): Promise<string | undefined> {
    const found = Promise.withResolvers<string | undefined>();
    this.#waiting.push({ port, found });
    if (!this.#searching) void this.#search();
    return found.promise;
  }

  async #search(): Promise<void> {
    this.#searching = true;
    while (this.#waiting.length > 0) {
      const asked = this.#waiting;
      this.#waiting = [];
      try {
        const owners = await ownersOf(
          asked.map(({ port }) => port),
          this.#proc,
        );
        asked.forEach(({ found }, index) => found.resolve(owners[index]));
      } catch (error) {
        for (const { found } of asked) found.reject(error);
      }
    }
    this.#searching = false;
  }
}

async function ownersOf(ports: readonly AddressPort[], proc: string): Promise<(string | undefined)[]> {
  const tables = new Map<Protocol, Map<number, ListedSocket[]>>();
  for (const protocol of new Set(ports.map((port) => port.protocol))) {
    const numbers = ports.filter((port) => port.protocol === protocol).map(({ port }) => port);
    tables.set(protocol, await listSockets(proc, protocol, new Set(numbers)));
  }
  const inTheWay = ports.map(({ protocol, port, address }) =>
    socketInTheWay(address, tables.get(protocol)?.get(port) ?? []),
  );
  const inodes = new Set(inTheWay.flatMap((socket) => (socket && socket.inode > 0 ? [socket.inode] : [])));
  const names = await processesOf(inodes, proc);
  return inTheWay.map((socket) => socket && (names.get(socket.inode) ?? UNSEEN));
}

/** The socket that most likely keeps others from the port: one at the very address before one at all of them. */
function socketInTheWay(address: string, sockets: readonly ListedSocket[]): ListedSocket | undefined {
  // A socket at :: takes IPv4 as well unless it is told not to, which the tables do not say: so it comes last.
  const places = isIPv4(address) ? [address, '0.0.0.0', '::'] : [address, '::'];
  const candidates = places.flatMap((place) => sockets.filter((socket) => socket.addresses.includes(place)));
  return candidates.find(({ open }) => open) ?? candidates[0];
}

/** The first process, by pid, that has each of these sockets open. Processes that end meanwhile are passed over. */
async function processesOf(inodes: ReadonlySet<number>, proc: string): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  if (inodes.size === 0) return names;
  const wanted = new Map([...inodes].map((inode) => [`socket:[${inode}]`, inode]));
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  let files = 0;
  for (const pid of pids.sort((one, other) => one - other)) {
    const folder = `${proc}/${pid}/fd`;
    const open = await readdir(folder).catch(() => []);
    for (let from = 0; from < open.length; from += atOnce) {
      const links = await Promise.all(
        open.slice(from, from + atOnce).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')),
      );
      for (const inode of links.flatMap((link) => wanted.get(link) ?? [])) {
        if (!names.has(inode)) names.set(inode, `${await commandOf(pid, proc)} (pid ${pid})`);
      }
    }
    files += open.length;
    if (names.size === wanted.size || files > maxFiles) break;
  }
  return names;
}

/** What a process calls itself; it may call itself anything, so only what can be printed is kept. */
async function commandOf(pid: number, proc: string): Promise<string> {
  let name = await readFile(`${proc}/${pid}/comm`, 'utf8').catch(() => '');
  // So says every process of Node, which names its threads.
  if (name === 'MainThread\n') name = basename(await readlink(`${proc}/${pid}/exe`).catch(() => name));
  return name.trim().replaceAll(/[^\x20-\x7e]/g, '?') || 'a process';
}
