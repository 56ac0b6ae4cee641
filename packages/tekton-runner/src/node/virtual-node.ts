import { availableParallelism, totalmem } from 'node:os';
import {
  type Clock,
  coordinationV1,
  coreV1,
  isNotFound,
  type KubeClient,
  type Lease,
  type Logger,
  type Node,
  systemClock,
} from '@armillary/kube';
import { runnerTaint } from '../pod/pod-for.ts';
import { seconds } from '../pod/pod-status.ts';

/** How our node appears. */
export interface VirtualNodeOptions {
  client: KubeClient;
  logger: Logger;
  nodeName: string;
  /** Where the API server reaches the log endpoint. */
  address: string;
  port: number;
  /** How many pods run at once. */
  capacity: number;
  clock?: Clock;
}

const leaseNamespace = 'kube-node-lease';
const leaseSeconds = 40;
const renewMs = 10_000;
const statusMs = 60_000;

/** Registers the runner as a node and keeps it alive: a lease every 10 s and a status every minute. */
export class VirtualNode {
  readonly #options: VirtualNodeOptions;
  readonly #stop = new AbortController();
  readonly #clock: Clock;
  #cancelBeat: (() => void) | undefined;
  #statusAt = 0;
  #beating: Promise<void> | undefined;

  constructor(options: VirtualNodeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Makes or takes over the node; rejects when that is not allowed. */
  async start(): Promise<void> {
    await this.#register();
    await this.#renew();
    this.#schedule();
  }

  /** Says that the node is not ready any more, so that nothing waits for its lease to run out. */
  async stop(): Promise<void> {
    this.#cancelBeat?.();
    this.#stop.abort(new Error('the runner stops'));
    await this.#beating;
    try {
      await this.#writeStatus('False', AbortSignal.timeout(5000));
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the node could not be marked as not ready');
    }
  }

  /** One beat at a time: a slow server gets no queue of them. */
  #schedule(): void {
    if (this.#stop.signal.aborted) return;
    this.#cancelBeat = this.#clock.setTimeout(() => {
      this.#beating = this.#beat().finally(() => this.#schedule());
    }, renewMs);
  }

  async #beat(): Promise<void> {
    try {
      await this.#renew();
      if (this.#clock.now() - this.#statusAt >= statusMs) await this.#writeStatus('True', this.#stop.signal);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#options.logger.warn({ err: error }, 'the node could not be kept alive; trying again');
      // Somebody deleted the node: make it again.
      if (isNotFound(error))
        await this.#register().catch((cause: unknown) =>
          this.#options.logger.warn({ err: cause }, 'the node could not be registered'),
        );
    }
  }

  async #register(): Promise<void> {
    const { client, nodeName } = this.#options;
    const nodes = client.resource(coreV1.nodes);
    const node = nodeObject(nodeName);
    try {
      const existing = await nodes.get(nodeName, { signal: this.#stop.signal });
      const labels = { ...existing.metadata.labels, ...node.metadata.labels };
      await nodes.patch(nodeName, {
        type: 'merge',
        body: { metadata: { labels }, spec: node.spec },
        signal: this.#stop.signal,
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await nodes.create(node, { signal: this.#stop.signal });
    }
    await this.#writeStatus('True', this.#stop.signal);
  }

  async #writeStatus(ready: 'True' | 'False', signal: AbortSignal): Promise<void> {
    const { client, nodeName } = this.#options;
    const status = nodeStatus(this.#options, ready, this.#clock.now());
    await client
      .resource(coreV1.nodes)
      .patch(nodeName, { type: 'merge', subresource: 'status', body: { status }, signal });
    this.#statusAt = this.#clock.now();
  }

  async #renew(): Promise<void> {
    const { client, nodeName } = this.#options;
    const leases = client.resource(coordinationV1.leases);
    const spec = {
      holderIdentity: nodeName,
      leaseDurationSeconds: leaseSeconds,
      renewTime: new Date(this.#clock.now()).toISOString().replace('Z', '000Z'),
    };
    const { signal } = this.#stop;
    try {
      await leases.patch(nodeName, { namespace: leaseNamespace, type: 'merge', body: { spec }, signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const lease: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: nodeName, namespace: leaseNamespace },
        spec,
      };
      await leases.create(lease, { signal });
    }
  }
}

function nodeObject(name: string): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': process.platform,
        'kubernetes.io/arch': architecture(),
        type: 'virtual-kubelet',
      },
    },
    spec: { taints: [{ key: runnerTaint, effect: 'NoSchedule' }] },
  };
}

/** The status of the node. */
function nodeStatus(
  { address, port, capacity }: Pick<VirtualNodeOptions, 'address' | 'port' | 'capacity'>,
  ready: 'True' | 'False',
  now: number,
): NonNullable<Node['status']> {
  const resources = {
    cpu: String(availableParallelism()),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: String(capacity),
  };
  const time = seconds(now);
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  });
  return {
    capacity: resources,
    allocatable: resources,
    // Only the address: API servers prefer a host name, which nobody can look up for this node.
    addresses: [{ type: 'InternalIP', address }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    conditions: [
      ready === 'True'
        ? condition('Ready', 'True', 'RunnerReady', 'the runner takes TaskRuns')
        : condition('Ready', 'False', 'RunnerStopped', 'the runner was stopped'),
      ...['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) =>
        condition(type, 'False', 'NotMeasured', 'the runner does not measure this'),
      ),
    ],
    nodeInfo: {
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: '',
      osImage: process.platform,
      operatingSystem: process.platform,
      architecture: architecture(),
      containerRuntimeVersion: 'process://1',
      kubeletVersion: 'armillary-tekton-runner',
      kubeProxyVersion: '',
    },
  };
}

function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
