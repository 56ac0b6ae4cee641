import { afterEach, beforeEach } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import type { NewDelivery } from '../../routing/new-delivery.ts';
import type { AttemptOutcome, NotificationStore, StoredDelivery } from '../notification-store.ts';
import { sampleAlert } from './samples.ts';

/** Stores over one and the same data, that is empty at first. */
export interface StoreWorld {
  open(options: { clock: FakeClock; maxBacklog?: number }): Promise<NotificationStore>;
  remove(): Promise<void>;
}

export const window = { repeatWindowMs: 240_000 };
export const minute = 60_000;
export const delivered: AttemptOutcome = { outcome: 'delivered', rejected: [] };
export const dead: AttemptOutcome = { outcome: 'dead', fault: 'permanent', reason: 'no such channel' };

/** A store in a world of its own for each test, and short words for what tests do with it. */
export class StoreScene {
  clock = new FakeClock();
  #world: StoreWorld | undefined;
  #store: NotificationStore | undefined;
  readonly #opened: NotificationStore[] = [];

  constructor(createWorld: () => Promise<StoreWorld>) {
    beforeEach(async () => {
      this.#world = await createWorld();
      this.clock = new FakeClock();
      this.#store = await this.open();
    });
    afterEach(async () => {
      for (const store of this.#opened.splice(0)) await store.close();
      await this.#world?.remove();
    });
  }

  get store(): NotificationStore {
    if (!this.#store) throw new Error('there is a store within tests only');
    return this.#store;
  }

  /** One more store over the same data. */
  async open(options: { maxBacklog?: number } = {}): Promise<NotificationStore> {
    if (!this.#world) throw new Error('there is a world within tests only');
    const store = await this.#world.open({ clock: this.clock, ...options });
    this.#opened.push(store);
    return store;
  }

  /** Accepts alerts and routes them as `deliveries` says, with their ids. */
  async route(numbers: number[], deliveries: (ids: string[]) => NewDelivery[]): Promise<string[]> {
    await this.store.accept(
      numbers.map((number) => sampleAlert(number)),
      window,
    );
    const ids = (await this.store.claimAlerts({ limit: 1000, leaseMs: minute })).map(({ id }) => id);
    await this.store.commitRouting(
      ids.map((id) => ({ id, steps: [] })),
      deliveries(ids),
    );
    return ids;
  }

  /** The webhook destinations that are got. */
  async claim(limit = 100, perTenant = 100): Promise<string[]> {
    const options = { channel: 'webhook', limit, perTenant, leaseMs: minute } as const;
    return (await this.store.claimDestinations(options)).map(({ destination }) => destination);
  }

  /** The next delivery of a destination; there has to be one. */
  async next(destination: string): Promise<StoredDelivery> {
    const delivery = await this.store.nextDelivery(destination);
    if (!delivery) throw new Error(`nothing is due for ${destination}`);
    return delivery;
  }
}
