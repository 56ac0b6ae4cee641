import type { ReceiverSource, ReceiverSourceSpec } from '../../kinds/receiver-source.ts';
import { AddressPolicy } from '../../outgoing/address-policy.ts';
import { createOutgoingHttp } from '../../outgoing/create-outgoing-http.ts';
import { ReceiverSources } from '../receiver-sources.ts';
import type { ReceiverSourcesOptions } from '../receiver-sources.ts';
import type { SourceAnswer } from '../source-answer.ts';
import { FakeClock } from '../../testing/fake-clock.ts';
import { FakeSource } from './fake-source.ts';
import type { SourceHandler } from './fake-source.ts';

/** A ReceiverSource. */
export const sourceObject = (spec: ReceiverSourceSpec, name = 'hr'): ReceiverSource => ({
  apiVersion: 'notification.armillary.dev/v1alpha1',
  kind: 'ReceiverSource',
  metadata: { name },
  spec,
});

/** `ReceiverSources` with the source `hr`, a clock that stands still, and a real server that answers for it. */
export class SourceWorld implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly downs: string[] = [];
  readonly ups: string[] = [];
  readonly fake: FakeSource;
  sources: ReceiverSources;
  readonly #options: ReceiverSourcesOptions;
  readonly #http = createOutgoingHttp({
    policy: new AddressPolicy({ allowLoopback: true }),
    userAgent: 'test',
    clock: this.clock,
  });

  private constructor(fake: FakeSource, options: Partial<ReceiverSourcesOptions>) {
    this.fake = fake;
    this.#options = {
      http: this.#http,
      credential: async ({ value = '' }) => value,
      clock: this.clock,
      random: () => 0,
      onSourceDown: (source, reason) => this.downs.push(`${source}: ${reason}`),
      onSourceUp: (source) => this.ups.push(source),
      ...options,
    };
    this.sources = new ReceiverSources(this.#options);
  }

  static async start(
    handler?: SourceHandler,
    spec: ReceiverSourceSpec = {},
    options: Partial<ReceiverSourcesOptions> = {},
  ): Promise<SourceWorld> {
    const world = new SourceWorld(await FakeSource.start(handler), options);
    world.use(spec);
    return world;
  }

  /** Changes the settings of the source. */
  use(spec: ReceiverSourceSpec): void {
    this.sources.update([sourceObject({ url: this.fake.url, ...spec })], []);
  }

  /** What all sources say about a namespace. */
  async askAll(namespace = 'shop', labels: Record<string, string> = {}): Promise<SourceAnswer[]> {
    return await this.sources.ask({ cluster: 'c', namespace, labels }, new AbortController().signal);
  }

  /** What the first source says about a namespace. */
  async ask(namespace = 'shop', labels: Record<string, string> = {}): Promise<SourceAnswer> {
    const [answer] = await this.askAll(namespace, labels);
    if (!answer) throw new Error('there is no source');
    return answer;
  }

  /** Cache state, receivers and failure of an answer, short enough to be compared at once. */
  async told(namespace = 'shop'): Promise<string> {
    const { cache, receivers, tenants, failure } = await this.ask(namespace);
    const names = [...receivers.map(({ name }) => name), ...tenants].join(' ');
    return [cache, names, failure?.code].filter(Boolean).join(' ');
  }

  /** Ends the process and begins a new one with the same folder. */
  async restart(spec: ReceiverSourceSpec = {}): Promise<void> {
    await this.sources.close();
    this.sources = new ReceiverSources(this.#options);
    this.use(spec);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sources.close();
    await this.#http.close();
    await this.fake[Symbol.asyncDispose]();
  }
}
