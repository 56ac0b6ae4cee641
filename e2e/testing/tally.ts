import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** How people answer to a delivery. */
export type Answer = (person: string, response: ServerResponse) => void | Promise<void>;

/** People behind webhooks who keep a tally: which deliveries came, how often, and what each of them told. */
export class Tally {
  /** How often each delivery came, by its `Idempotency-Key`. */
  readonly deliveries = new Map<string, number>();
  /** Alerts that came to a person in one more delivery, `PERSON ALERT`. */
  readonly toldTwice: string[] = [];
  /** Requests that are not answered, by person. */
  readonly open = new Map<string, number>();
  /** Answers in a moment, so that some deliveries are always under way. Set to answer otherwise. */
  answer: Answer = async (_, response) => {
    await sleep(5);
    response.end('{}');
  };
  readonly #server: Server;
  readonly #told = new Map<string, Map<string, number>>();

  private constructor() {
    this.#server = createServer((request, response) => {
      // Who is killed in the middle of a request comes again.
      this.#take(request, response).catch(() => undefined);
    });
  }

  static async start(): Promise<Tally> {
    const tally = new Tally();
    await new Promise<void>((listening) => tally.#server.listen(0, '127.0.0.1', listening));
    return tally;
  }

  /** Where a person is told. */
  urlOf(person: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${person}`;
  }

  /** How many deliveries came more than once, each counted as often as it came too often. */
  get repeated(): number {
    return [...this.deliveries.values()].reduce((sum, times) => sum + times - 1, 0);
  }

  /** The names of alerts that a person was told of, and when each came first, by `performance.now`. */
  toldOf(person: string): ReadonlyMap<string, number> {
    return this.#told.get(person) ?? new Map();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const person = (request.url ?? '').slice(1);
    const { alerts } = (await json(request)) as { alerts: { labels: { alertname: string } }[] };
    const delivery = String(request.headers['idempotency-key']);
    const times = this.deliveries.get(delivery) ?? 0;
    this.deliveries.set(delivery, times + 1);
    const told = this.#told.get(person) ?? new Map<string, number>();
    this.#told.set(person, told);
    for (const { labels } of times === 0 ? alerts : []) {
      if (told.has(labels.alertname)) this.toldTwice.push(`${person} ${labels.alertname}`);
      else told.set(labels.alertname, performance.now());
    }
    this.#count(person, 1);
    response.once('close', () => this.#count(person, -1));
    await this.answer(person, response);
  }

  #count(person: string, more: number): void {
    this.open.set(person, (this.open.get(person) ?? 0) + more);
  }
}
