import { coreV1, isNotFound, type KubeClient, type Logger, type Pod, type PodStatus } from '@armillary/kube';

/**
 * Between two writes of a pod that still runs, and more for each container, as a status names them all; its end is
 * written at once.
 */
const pace = { baseMs: 40, perContainerMs: 3 };
const firstDelayMs = 100;
const longestDelayMs = 10_000;

/**
 * Writes the statuses of pods, the latest only: while one write is under way, later ones of the same pod become one.
 * A write is tried until it succeeds, the pod is gone, or the writer is closed.
 */
export class PodStatusWriter {
  readonly #client: KubeClient;
  readonly #logger: Logger;
  readonly #pending = new Map<string, { pod: Pod; status: PodStatus }>();
  readonly #writing = new Map<string, Promise<void>>();
  /** Cuts the pause of a pod short. */
  readonly #wake = new Map<string, () => void>();
  readonly #stop = new AbortController();

  constructor(client: KubeClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
  }

  /** Has a status written. */
  write(pod: Pod, status: PodStatus): void {
    const uid = pod.metadata.uid ?? '';
    this.#pending.set(uid, { pod, status });
    if (!this.#writing.has(uid)) this.#writing.set(uid, this.#drain(uid));
    else if (status.phase === 'Succeeded' || status.phase === 'Failed') this.#wake.get(uid)?.();
  }

  /** Resolves when everything so far is written. */
  async flush(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  /** Gives up what is not written. */
  close(): void {
    this.#stop.abort(new Error('the runner stops'));
  }

  async #drain(uid: string): Promise<void> {
    // Changes of the same moment go into one write.
    await Promise.resolve();
    let delay = firstDelayMs;
    for (let next = this.#pending.get(uid); next !== undefined; next = this.#pending.get(uid)) {
      this.#pending.delete(uid);
      try {
        await this.#patch(next.pod, next.status);
        delay = firstDelayMs;
        if (next.status.phase === 'Running') {
          const containers = next.status.containerStatuses?.length ?? 0;
          await this.#wait(uid, pace.baseMs + pace.perContainerMs * containers);
        }
      } catch (error) {
        if (isNotFound(error) || this.#stop.signal.aborted) break;
        this.#logger.warn(
          { err: error, pod: next.pod.metadata.name },
          'the status of a pod could not be written yet',
        );
        if (!this.#pending.has(uid)) this.#pending.set(uid, next);
        await this.#wait(uid, delay * (0.5 + Math.random()));
        delay = Math.min(delay * 2, longestDelayMs);
      }
    }
    this.#writing.delete(uid);
  }

  async #patch({ metadata }: Pod, status: PodStatus): Promise<void> {
    await this.#client.resource(coreV1.pods).patch(metadata.name ?? '', {
      namespace: metadata.namespace,
      type: 'merge',
      subresource: 'status',
      // The uid makes sure that a pod of the same name made later is left alone.
      body: { metadata: { uid: metadata.uid }, status },
      signal: this.#stop.signal,
    });
  }

  #wait(uid: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake.delete(uid);
        this.#stop.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake.set(uid, done);
      this.#stop.signal.addEventListener('abort', done, { once: true });
    });
  }
}
