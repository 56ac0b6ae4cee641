import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a peer does with a connection: says something, waits in silence, or cuts it at once. */
export type Manner = 'greets' | 'is silent' | 'resets';

/** A server at a free port of the loopback that does with connections what it is told. */
export class Peer implements AsyncDisposable {
  manner: Manner = 'greets';
  /** How each connection ended: `end` for an orderly one, else the error's code. */
  readonly ends: string[] = [];
  /** Connections that are open now. */
  readonly open = new Set<Socket>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(address = '127.0.0.1'): Promise<Peer> {
    const peer = new Peer();
    peer.#server.listen(0, address);
    await once(peer.#server, 'listening');
    return peer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.open) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    if (this.manner === 'resets') return void socket.resetAndDestroy();
    this.open.add(socket);
    socket.on('error', (error: NodeJS.ErrnoException) => this.ends.push(error.code ?? error.message));
    socket.on('end', () => this.ends.push('end'));
    socket.on('close', () => this.open.delete(socket));
    socket.resume();
    if (this.manner === 'greets') socket.write('220 ready\r\n'.repeat(1000));
  }
}
