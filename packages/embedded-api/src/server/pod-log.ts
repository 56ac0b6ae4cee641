import { request as httpsRequest } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { KubeObject } from '../object.ts';
import type { KeyPair } from '../pki/pki.ts';
import { StatusError, badRequest, internalError, notFound } from '../status-error.ts';
import type { StoreReader } from '../storage/store-event.ts';

/** How the server proves itself to kubelets, and whom it believes. */
export interface KubeletAccess {
  ca: string;
  client: Pick<KeyPair, 'cert' | 'key'>;
}

interface Container {
  name: string;
}
interface PodSpec {
  nodeName?: string;
  containers?: Container[];
  initContainers?: Container[];
  ephemeralContainers?: Container[];
}
interface ContainerStatus {
  name: string;
  state?: { waiting?: { reason?: string } };
  lastState?: Record<string, unknown>;
}

const connectTimeoutMs = 10_000;
// PodLogOptions that the kubelet is told; the container is in the path.
const passedOn = [
  'follow',
  'previous',
  'sinceSeconds',
  'sinceTime',
  'timestamps',
  'tailLines',
  'limitBytes',
  'stream',
];

/**
 * Answers GET `pods/NAME/log` with what the kubelet of the pod's node sends, as long as it does and no faster than
 * the client reads. Throws the errors of the real server before anything has been sent.
 */
export async function sendPodLog(
  store: StoreReader,
  kubelets: KubeletAccess,
  pod: KubeObject,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const container = containerName(pod, query.get('container'));
  const spec = pod['spec'] as PodSpec;
  response.setHeader('content-type', 'text/plain');
  response.setHeader('cache-control', 'no-cache, private');
  // A pod that nobody has taken yet has no log; the real server answers so too.
  if (!spec.nodeName) {
    response.writeHead(200).end();
    return;
  }
  refuseWaiting(pod, container);
  const { host, port } = kubeletAddress(store, spec.nodeName);
  const passed = passedOn.flatMap((name) =>
    query.getAll(name).map((value): [string, string] => [name, value]),
  );
  const path =
    `/containerLogs/${encodeURIComponent(pod.metadata.namespace ?? '')}/${encodeURIComponent(pod.metadata.name ?? '')}` +
    `/${encodeURIComponent(container)}?${new URLSearchParams(passed).toString()}`;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const upstream = httpsRequest(
    { host, port, path, ca: kubelets.ca, cert: kubelets.client.cert, key: kubelets.client.key, agent: false },
    resolve,
  );
  upstream.on('error', reject);
  const timer = setTimeout(
    () => upstream.destroy(new Error('the kubelet does not answer')),
    connectTimeoutMs,
  );
  response.once('close', () => upstream.destroy());
  upstream.end();
  let log;
  try {
    log = await promise;
  } catch (cause) {
    if (response.destroyed) return;
    throw internalError(`Get "https://${host}:${port}${path}": ${(cause as Error).message}`, { cause });
  } finally {
    clearTimeout(timer);
  }
  if (log.statusCode !== 200) throw await kubeletError(log, pod);
  response.writeHead(200);
  response.flushHeaders();
  try {
    await pipeline(log, response);
  } catch (error) {
    // Either side may leave in the middle; the client sees an unfinished answer.
    if (!response.destroyed) response.destroy(error as Error);
  }
}

function containerName(pod: KubeObject, asked: string | null): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = (pod['spec'] ?? {}) as PodSpec;
  const names = (list: Container[]): string => `[${list.map(({ name }) => name).join(' ')}]`;
  const podName = pod.metadata.name ?? '';
  if (!asked) {
    const annotated = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
    if (annotated && containers.some(({ name }) => name === annotated)) return annotated;
    if (containers.length === 1) return containers[0]!.name;
    const init = initContainers.length > 0 ? ` or one of the init containers: ${names(initContainers)}` : '';
    throw badRequest(
      `a container name must be specified for pod ${podName}, choose one of: ${names(containers)}${init}`,
    );
  }
  const all = [...containers, ...initContainers, ...ephemeralContainers];
  if (all.some(({ name }) => name === asked)) return asked;
  throw badRequest(`container ${asked} is not valid for pod ${podName}`);
}

function refuseWaiting(pod: KubeObject, container: string): void {
  const status = (pod['status'] ?? {}) as Record<string, ContainerStatus[] | undefined>;
  const all = [...(status['containerStatuses'] ?? []), ...(status['initContainerStatuses'] ?? [])];
  const found = all.find(({ name }) => name === container);
  const waiting = found?.state?.waiting;
  if (!waiting || found?.lastState?.['terminated']) return;
  throw badRequest(
    `container "${container}" in pod "${pod.metadata.name ?? ''}" is waiting to start: ` +
      (waiting.reason ?? 'ContainerCreating'),
  );
}

function kubeletAddress(store: StoreReader, nodeName: string): { host: string; port: number } {
  const node = store.get('nodes', '', nodeName);
  if (!node) throw notFound({ group: '', resource: 'nodes' }, nodeName);
  const status = (node['status'] ?? {}) as {
    addresses?: { type: string; address: string }[];
    daemonEndpoints?: { kubeletEndpoint?: { Port?: number } };
  };
  const preference = ['InternalIP', 'Hostname', 'ExternalIP', 'InternalDNS', 'ExternalDNS'];
  for (const type of preference) {
    const host = status.addresses?.find((address) => address.type === type)?.address;
    if (host) return { host, port: status.daemonEndpoints?.kubeletEndpoint?.Port ?? 10250 };
  }
  throw internalError(`no preferred addresses found; known addresses: [] (node ${nodeName})`);
}

async function kubeletError(log: IncomingMessage, pod: KubeObject): Promise<StatusError> {
  let text = '';
  for await (const chunk of log as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.length > 4096) break;
  }
  const message = text.trim() || `the kubelet answered ${log.statusCode}`;
  const name = pod.metadata.name ?? '';
  if (log.statusCode === 400) return badRequest(message);
  if (log.statusCode === 404) {
    const details = { name, kind: 'pods/log' };
    return new StatusError({
      code: 404,
      reason: 'NotFound',
      message: `the server could not find the requested resource (get pods/log ${name}): ${message}`,
      details,
    });
  }
  return internalError(`the kubelet refused to send the log of ${name}: ${message}`);
}
