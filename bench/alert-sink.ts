import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** People to tell: a server that takes what webhook receivers get, and looks at nothing but which alerts they are. */
export class AlertSink {
  readonly #server: Server;
  readonly #told = new Set<string>();
  #held: { body: string; response: ServerResponse }[] | undefined;
  #wanted: { count: number; reached(at: number): void } | undefined;

  private constructor() {
    this.#server = createServer((request, response) => {
      // Who gives up in the middle comes again.
      buffer(request).then(
        (body) => this.#take(body.toString('latin1'), response),
        () => undefined,
      );
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  static async start(): Promise<AlertSink> {
    const sink = new AlertSink();
    await new Promise<void>((listening) => sink.#server.listen(0, '127.0.0.1', listening));
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many different alerts were told. */
  get told(): number {
    return this.#told.size;
  }

  /** Answers nobody until `release`: whoever tells waits. */
  hold(): void {
    this.#held ??= [];
  }

  /** Answers all that wait still. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { body, response } of held) if (!response.destroyed) this.#take(body, response);
  }

  /** When so many more alerts were told than `told` says now, as `performance.now` has it. */
  async tells(count: number): Promise<number> {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`only ${this.told} of ${target} alerts were told`)),
        300_000,
      );
      const target = this.told + count;
      this.#wanted = {
        count: target,
        reached: (at) => {
          clearTimeout(timer);
          resolve(at);
        },
      };
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  #take(body: string, response: ServerResponse): void {
    if (this.#held) return void this.#held.push({ body, response });
    response.end('{}');
    // Parsing the whole would measure this server.
    for (const [, number = ''] of body.matchAll(/"instance":"([^"]+)"/g)) this.#told.add(number);
    if (this.#wanted && this.told >= this.#wanted.count) {
      this.#wanted.reached(performance.now());
      this.#wanted = undefined;
    }
  }
}
