import {
  coreV1,
  generationChanged,
  watchOf,
  type Backoff,
  type Clock,
  type ControllerDefinition,
  type EndpointSlice,
  type Node,
  type ObjectKey,
  type ResourceType,
} from '@armillary/kube';
import { portClaimKind, type PortClaim } from '../kinds/port-claim.ts';
import type { NodeReconciler } from './node-reconciler.ts';

/** What the controller of a node works with. Times in milliseconds. */
export interface NodeControllerOptions {
  nodeName: string;
  /** Which claims are the node's. */
  claimSelector: string;
  sliceType: ResourceType<EndpointSlice>;
  /** Whether the slice is of a Service that is served by its endpoints here. */
  concerns: (slice: EndpointSlice) => boolean;
  reconciler: Pick<NodeReconciler, 'run'>;
  /** Told after each run. */
  onRun: (failure: Error | undefined) => void;
  verifyIntervalMs: number;
  /** How long to wait after a run that failed. */
  backoff: Backoff;
  clock: Clock;
}

/** News of the node itself that come together, as one flush of many rules does, are one; in milliseconds. */
const settleMs = 20;
/** Longer than any program that a run starts may take with its retries. */
const runTimeoutMs = 120_000;

/**
 * Decides when the node is reconciled: at news of its claims and endpoints, with a check of what is installed at an
 * interval and at once at news of the node itself. One run at a time; whatever comes during a run is one more.
 */
export class NodeController {
  readonly #options: NodeControllerOptions;
  readonly #key: ObjectKey;
  #enqueue: (key: ObjectKey) => void = () => {};
  #checkWanted = true;
  #checkedAt = 0;
  #settling = false;

  constructor(options: NodeControllerOptions) {
    this.#options = options;
    this.#key = { namespace: '', name: options.nodeName };
  }

  /** Something happened to the node that may have damaged what is installed: it is looked at at once. */
  check(): void {
    if (this.#settling) return;
    this.#settling = true;
    this.#options.clock.setTimeout(() => {
      this.#settling = false;
      this.#checkWanted = true;
      this.#enqueue(this.#key);
    }, settleMs);
  }

  /** For a manager. */
  definition(): ControllerDefinition<Node> {
    const { nodeName, claimSelector, sliceType, concerns } = this.#options;
    const ofNode = (): ObjectKey[] => [this.#key];
    return {
      name: 'node-agent',
      for: coreV1.nodes,
      select: { fieldSelector: `metadata.name=${nodeName}` },
      // Kubelets write to it all the time, and nothing in it matters here.
      predicates: [({ before, after }) => before === undefined || after === undefined],
      watches: [
        watchOf<PortClaim>({
          type: portClaimKind,
          select: { labelSelector: claimSelector },
          predicates: [generationChanged],
          map: ofNode,
        }),
        watchOf<EndpointSlice>({ type: sliceType, map: (slice) => (concerns(slice) ? [this.#key] : []) }),
      ],
      // Without any claim there may be rules to remove.
      sources: [
        (enqueue) => {
          this.#enqueue = enqueue;
          enqueue(this.#key);
        },
      ],
      reconcileTimeoutMs: runTimeoutMs,
      reconcile: async ({ name }, { signal }) => {
        // A node of another name cannot be here, but a selector is only a request.
        return name === nodeName ? this.#run(signal) : undefined;
      },
    };
  }

  async #run(signal: AbortSignal): Promise<{ requeueAfterMs: number }> {
    const { reconciler, clock, verifyIntervalMs, backoff, onRun } = this.#options;
    const sinceMs = clock.now() - this.#checkedAt;
    // A clock that was put back must not put the checks off.
    const check = this.#checkWanted || sinceMs < 0 || sinceMs >= verifyIntervalMs;
    this.#checkWanted = false;
    const failure = await reconciler.run({ check }, signal);
    if (check) this.#checkedAt = clock.now();
    // What failed may have left anything behind.
    if (failure) this.#checkWanted = true;
    onRun(failure);
    const untilCheckMs = Math.max(1, this.#checkedAt + verifyIntervalMs - clock.now());
    return { requeueAfterMs: failure ? backoff.next() : untilCheckMs };
  }
}
