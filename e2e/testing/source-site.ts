import {
  FakeSource,
  json,
  type SourceHandler,
} from '../../packages/notifications/src/sources/testing/fake-source.ts';
import { sourceObject } from '../../packages/notifications/src/sources/testing/source-world.ts';
import { MovingClock } from './moving-clock.ts';
import { notification, NotificationWorld } from './notification-world.ts';
import { outcomeOf, postAlert, sourcesAre, whoIsTold, type Outcome } from './who-is-told.ts';

/**
 * A notification manager whose time can be moved on, with a webhook that says who is told. Of the cluster's own objects
 * there are `everybody`, who is global, and `shop-team`, of the tenant shop.
 */
export class SourceSite {
  readonly world: NotificationWorld;
  readonly clock: MovingClock;
  readonly source: FakeSource;
  #sources: string[] = [];
  #count = 0;

  private constructor(world: NotificationWorld, clock: MovingClock, source: FakeSource) {
    this.world = world;
    this.clock = clock;
    this.source = source;
  }

  static async start(overrides: Parameters<typeof NotificationWorld.start>[0] = {}): Promise<SourceSite> {
    const clock = new MovingClock();
    const [world, source] = await Promise.all([
      NotificationWorld.start({ clock, ...overrides }),
      FakeSource.start(),
    ]);
    const site = new SourceSite(world, clock, source);
    await site.manage({});
    await world.apply(
      world.webhook('everybody', { type: 'global' }),
      world.webhook('shop-team', { type: 'tenant', user: 'shop' }),
    );
    return site;
  }

  async close(): Promise<void> {
    await this.world.close();
    await this.source[Symbol.asyncDispose]();
  }

  get url(): string {
    return this.world.manager.url;
  }

  /** Sets the NotificationManager: alerts do not wait for others. */
  async manage(spec: object): Promise<void> {
    await this.world.apply(
      notification(
        'NotificationManager',
        'notifications',
        {},
        {
          receivers: {
            tenantKey: 'user',
            globalReceiverSelector: { matchLabels: { type: 'global' } },
            tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
          },
          batchMaxWait: '10ms',
          ...spec,
        },
      ),
    );
  }

  /** Has the webhook asked, as a ReceiverSource of a new name says; resolves with the name once it is known. */
  async use(spec: object = {}): Promise<string> {
    const name = `source${++this.#count}`;
    // A busy machine may take longer to answer than the two seconds that are usual.
    const usual = { url: this.source.url, addressPolicy: { allowLoopback: true }, timeout: '30s' };
    const settings = { ...usual, ...spec };
    await this.world.apply(sourceObject(settings, name));
    this.#sources.push(name);
    await sourcesAre(this.url, ...this.#sources);
    return name;
  }

  async removeSources(): Promise<void> {
    for (const name of this.#sources) await this.world.delete('receiversources', name);
    this.#sources = [];
    await sourcesAre(this.url);
    this.source.handler = this.names();
    this.source.requests.length = 0;
  }

  /** Answers with people who are told at the inbox. */
  names(...names: string[]): SourceHandler {
    return json({ receivers: names.map((name) => this.person(name)) });
  }

  /** A receiver of an answer, who is told at the inbox. */
  person(name: string, spec: object = {}): object {
    return { metadata: { name }, spec: { webhook: { url: `${this.world.inbox.url}/${name}` }, ...spec } };
  }

  /** Who is told of a new alert about a namespace. */
  async told(namespace = 'shop'): Promise<string[]> {
    return await whoIsTold(this.url, namespace);
  }

  /** What becomes of a new alert about a namespace. */
  async outcome(namespace = 'shop'): Promise<Outcome> {
    return await outcomeOf(this.url, await postAlert(this.url, namespace));
  }

  /** The metrics of a source that are not zero, as `event value`. */
  async metrics(name: string): Promise<string[]> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return text
      .split('\n')
      .flatMap((line) => {
        const [, what, event = what, value] =
          /^armillary_notifications_source_(\w+)\{source="[^"]+"(?:,event="(\w+)")?\} (\d+)$/u.exec(
            line.includes(`source="${name}"`) ? line : '',
          ) ?? [];
        return value === undefined || value === '0' ? [] : [`${event} ${value}`];
      })
      .toSorted();
  }
}
