import { randomInt } from 'node:crypto';
import type { KubeObject } from '../object.ts';
import type { StoreReader } from '../storage/store-event.ts';
import type { WebhookClientConfig } from './webhook-configuration.ts';

/** Where and how to connect to a webhook. */
export interface WebhookAddress {
  /** The address as users know it, for messages. */
  url: string;
  host: string;
  port: number;
  path: string;
  /** The name its certificate must have. */
  servername: string;
}

interface Port {
  name?: string;
  port?: number;
}
interface Endpoint {
  addresses?: string[];
  conditions?: { ready?: boolean };
}

const readySliceAddresses = (slice: KubeObject, portName: string): [string, number][] => {
  const port = ((slice['ports'] ?? []) as Port[]).find((entry) => (entry.name ?? '') === portName)?.port;
  if (port === undefined) return [];
  return ((slice['endpoints'] ?? []) as Endpoint[])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => (addresses ?? []).map((address): [string, number] => [address, port]));
};

const endpointsAddresses = (endpoints: KubeObject | undefined, portName: string): [string, number][] =>
  ((endpoints?.['subsets'] ?? []) as { addresses?: { ip: string }[]; ports?: Port[] }[]).flatMap((subset) => {
    const port = subset.ports?.find((entry) => (entry.name ?? '') === portName)?.port;
    return port === undefined ? [] : (subset.addresses ?? []).map(({ ip }): [string, number] => [ip, port]);
  });

/**
 * Finds a program behind a Service. Cluster IPs lead nowhere on a machine without kube-proxy, so one of the addresses
 * in its EndpointSlices, or else its Endpoints, is taken.
 */
const serviceAddress = (
  store: StoreReader,
  { namespace = '', name = '', path = '/', port = 443 }: NonNullable<WebhookClientConfig['service']>,
): WebhookAddress => {
  const service = store.get('services', namespace, name);
  if (!service) throw new Error(`service "${name}" not found`);
  const servername = `${name}.${namespace}.svc`;
  const url = `https://${servername}:${port}${path}`;
  const spec = (service['spec'] ?? {}) as { type?: string; externalName?: string; ports?: Port[] };
  if (spec.type === 'ExternalName') return { url, host: spec.externalName ?? '', port, path, servername };
  const servicePort = spec.ports?.find((entry) => entry.port === port);
  if (!servicePort) throw new Error(`no service port ${port} found for service "${name}"`);
  const portName = servicePort.name ?? '';
  const slices = store
    .list('endpointslices.discovery.k8s.io', namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap((slice) => readySliceAddresses(slice, portName));
  const addresses =
    slices.length > 0 ? slices : endpointsAddresses(store.get('endpoints', namespace, name), portName);
  if (addresses.length === 0) throw new Error(`no endpoints available for service "${name}"`);
  const [host, endpointPort] = addresses[randomInt(addresses.length)]!;
  return { url, host, port: endpointPort, path, servername };
};

/**
 * Resolves the client configuration of a webhook.
 * @throws Error when a service has nothing to connect to.
 */
export const webhookAddress = (store: StoreReader, { url, service }: WebhookClientConfig): WebhookAddress => {
  if (service) return serviceAddress(store, service);
  const { hostname, port, pathname } = new URL(url ?? '');
  const host = hostname.replace(/^\[|\]$/g, '');
  return { url: url ?? '', host, port: Number(port) || 443, path: pathname, servername: host };
};
