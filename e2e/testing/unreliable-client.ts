import { KubeClient, loadKubeconfig, type RawRequest, type RawResponse } from '@armillary/kube';

/** What happens to a client's requests; change it at any time. */
export interface Trouble {
  /** After so many writes the process is dead: that write is done, and nobody hears of it or does another. */
  diesAfterWrites?: number;
  /** Called when the process dies. */
  onDeath?: () => void;
  /** Watches of paths with this text get nothing more while it is set. */
  stalled?: string;
}

/** A client whose process can die between any two writes, and whose watches can be held up. */
export class UnreliableClient extends KubeClient {
  readonly trouble: Trouble;
  writes = 0;
  #dead = false;
  #resumed = Promise.withResolvers<void>();

  constructor(config: ConstructorParameters<typeof KubeClient>[0], trouble: Trouble) {
    super(config);
    this.trouble = trouble;
  }

  static async of(kubeconfig: string, trouble: Trouble): Promise<UnreliableClient> {
    return new UnreliableClient(await loadKubeconfig({ path: kubeconfig }), trouble);
  }

  /** Lets stalled watches go on. */
  resume(): void {
    delete this.trouble.stalled;
    this.#resumed.resolve();
    this.#resumed = Promise.withResolvers();
  }

  override async json<T = unknown>(request: RawRequest): Promise<T> {
    if (this.#dead) throw new Error('the process is dead');
    const answer = await super.json<T>(request);
    // Events are for people; which of them were written depends on nothing but time.
    if (request.method === undefined || request.method === 'GET' || request.path.includes('/events'))
      return answer;
    this.writes += 1;
    if (this.writes !== this.trouble.diesAfterWrites) return answer;
    this.#dead = true;
    this.trouble.onDeath?.();
    throw new Error('the process died');
  }

  override async stream(request: RawRequest): Promise<RawResponse> {
    const response = await super.stream(request);
    return { ...response, body: this.#heldUp(request.path, response.body) as RawResponse['body'] };
  }

  async *#heldUp(path: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      const { stalled } = this.trouble;
      if (stalled !== undefined && path.includes(stalled)) await this.#resumed.promise;
      yield chunk;
    }
  }
}
