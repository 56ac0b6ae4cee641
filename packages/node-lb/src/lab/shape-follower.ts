import {
  ControllerManager,
  coreV1,
  watchOf,
  type KubeClient,
  type Logger,
  type Service,
} from '@armillary/kube';
import { asSliceV1, endpointSliceType } from '../api/endpoint-slice-type.ts';
import type { ProxyShape } from './proxy-shape.ts';

/**
 * How often rules in shape are written again although nothing changed, in milliseconds. A kube-proxy looks every 30 s
 * whether somebody flushed its rules; nobody shall have to wait for that in a lab.
 */
const resyncMs = 2000;
/** The only key: all rules of a node are written at once, so every change is a change of the same thing. */
const everything = { namespace: '', name: 'rules' };

/** Keeps the rules in shape of all nodes up to the Services and endpoint slices of an API server, until `stop`. */
export class ShapeFollower {
  readonly #manager: ControllerManager;
  readonly #done: Promise<void>;

  private constructor(manager: ControllerManager) {
    this.#manager = manager;
    this.#done = manager.start();
    // Whoever stops it hears of it.
    this.#done.catch(() => {});
  }

  static async start(
    shapes: readonly ProxyShape[],
    { api, logger, signal }: { api: KubeClient; logger: Logger; signal: AbortSignal },
  ): Promise<ShapeFollower> {
    const manager = new ControllerManager({ client: api, logger, drainTimeoutMs: 1000 });
    const sliceType = await endpointSliceType(api, signal);
    const services = manager.informer<Service>(coreV1.services);
    const slices = manager.informer(sliceType);
    manager.add({
      name: 'proxy-shape',
      for: coreV1.services,
      predicates: [() => false],
      watches: [
        watchOf({ type: coreV1.services, map: () => [everything] }),
        watchOf({ type: sliceType, map: () => [everything] }),
      ],
      // Without any Service there are rules, too.
      sources: [(enqueue) => enqueue(everything)],
      reconcile: async () => {
        const endpoints = slices.list().map(asSliceV1);
        await Promise.all(shapes.map((shape) => shape.sync(services.list(), endpoints)));
        return { requeueAfterMs: resyncMs };
      },
    });
    return new ShapeFollower(manager);
  }

  async stop(): Promise<void> {
    await this.#manager.stop();
    await this.#done;
  }
}
