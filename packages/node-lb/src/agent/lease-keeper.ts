import {
  coordinationV1,
  delay,
  isAlreadyExists,
  isNotFound,
  type Clock,
  type KubeClient,
  type Lease,
  type Logger,
} from '@armillary/kube';
import {
  ADDRESSES_ANNOTATION,
  AGENT_LABEL,
  AGENT_RENEW_MS,
  agentLeaseName,
  PROBLEM_ANNOTATION,
  PROXY_ANNOTATION,
  type ProxyMode,
} from '../kinds/agent-lease.ts';

/** What the lease says beside that the agent lives. */
export interface Announcement {
  readonly proxy: ProxyMode | undefined;
  /** In place of the node's own. */
  readonly addresses: readonly string[] | undefined;
  /** Why nothing can be served here, in words. */
  readonly problem: string | undefined;
}

/** What a lease keeper works with. */
export interface LeaseKeeperOptions {
  client: KubeClient;
  namespace: string;
  nodeName: string;
  announcement: () => Announcement;
  clock: Clock;
  logger: Logger;
}

/** Longest annotation, in letters; what a program said may be long. */
const longestProblem = 1000;

/**
 * Creates the agent's lease and renews it every {@link AGENT_RENEW_MS} until the signal aborts; then it is left to end by
 * itself, for the agent may come back before that. A failure is tried again at the next time. Never rejects.
 */
export async function keepLease(options: LeaseKeeperOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger } = options;
  while (!signal.aborted) {
    try {
      await renewLease(options, signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ err: error }, "the agent's lease could not be renewed; it is tried again");
    }
    await delay(clock, AGENT_RENEW_MS, signal);
  }
}

/** Renews the lease once, or creates it. Rejects with a `KubeError`. */
async function renewLease(options: LeaseKeeperOptions, signal: AbortSignal): Promise<void> {
  const { client, namespace, nodeName } = options;
  const leases = client.resource(coordinationV1.leases);
  const lease = leaseOf(options);
  // A renewal that takes as long as the next one is due is of no use.
  const call = { signal, timeoutMs: AGENT_RENEW_MS };
  const patch = (): Promise<Lease> =>
    leases.patch(agentLeaseName(nodeName), { type: 'merge', body: lease, namespace, ...call });
  try {
    await patch();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    try {
      await leases.create(withoutNulls(lease), call);
    } catch (created) {
      if (!isAlreadyExists(created)) throw created;
      await patch();
    }
  }
}

/** The lease as it shall be; null for an annotation that shall not be there. */
function leaseOf({ namespace, nodeName, announcement, clock }: LeaseKeeperOptions) {
  const { proxy, addresses, problem } = announcement();
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: agentLeaseName(nodeName),
      namespace,
      labels: { [AGENT_LABEL]: 'true' },
      annotations: {
        [PROXY_ANNOTATION]: proxy ?? null,
        [ADDRESSES_ANNOTATION]: addresses?.join(',') ?? null,
        [PROBLEM_ANNOTATION]: problem?.slice(0, longestProblem) ?? null,
      },
    },
    spec: {
      holderIdentity: nodeName,
      leaseDurationSeconds: (3 * AGENT_RENEW_MS) / 1000,
      // A time as metav1.MicroTime wants it: six digits of a second.
      renewTime: new Date(clock.now()).toISOString().replace(/Z$/u, '000Z'),
    },
  };
}

function withoutNulls(lease: ReturnType<typeof leaseOf>): Lease {
  const said = Object.entries(lease.metadata.annotations).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return { ...lease, metadata: { ...lease.metadata, annotations: Object.fromEntries(said) } };
}
