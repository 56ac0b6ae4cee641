import { isDeepStrictEqual } from 'node:util';
import { isIPv6 } from 'node:net';
import type { KubeObject } from '../object.ts';
import {
  answered,
  builtinTarget,
  type Controller,
  type ControllerContext,
  apiserverCaller,
} from './controller.ts';
import { keyedController } from './keyed-controller.ts';

/** Where the server can be reached. */
export interface ServerAddress {
  /** First address of the service range. */
  serviceIp: string;
  /**
   * Address that others than this machine can reach, with the port; absent when the server listens on loopback only,
   * since endpoints must not name loopback addresses.
   */
  advertised?: { ip: string; port: number };
  /** Port that the server listens on. */
  port: number;
}

const namespace = 'default';
const name = 'kubernetes';
const labels = { component: 'apiserver', provider: 'kubernetes' };
const caller = apiserverCaller;

type Wanted = readonly [group: string, version: string, plural: string, object: KubeObject];

const wantedObjects = ({ serviceIp, advertised, port }: ServerAddress): Wanted[] => {
  const family = isIPv6(serviceIp) ? 'IPv6' : 'IPv4';
  const ports = [{ name: 'https', port: advertised?.port ?? port, protocol: 'TCP' }];
  return [
    [
      '',
      'v1',
      'services',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace, labels },
        spec: {
          type: 'ClusterIP',
          clusterIP: serviceIp,
          clusterIPs: [serviceIp],
          ipFamilies: [family],
          ipFamilyPolicy: 'SingleStack',
          sessionAffinity: 'None',
          internalTrafficPolicy: 'Cluster',
          ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
        },
      },
    ],
    [
      '',
      'v1',
      'endpoints',
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name, namespace, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
        ...(advertised ? { subsets: [{ addresses: [{ ip: advertised.ip }], ports }] } : {}),
      },
    ],
    [
      'discovery.k8s.io',
      'v1',
      'endpointslices',
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
        addressType: advertised && isIPv6(advertised.ip) ? 'IPv6' : 'IPv4',
        endpoints: advertised ? [{ addresses: [advertised.ip], conditions: { ready: true } }] : [],
        ports,
      },
    ],
  ];
};

/** The parts of an object that say where the server is; everything else may be whatever others made of it. */
const place = (object: KubeObject): unknown => {
  const spec = object['spec'] as { clusterIP?: unknown; ports?: { targetPort?: unknown }[] } | undefined;
  const endpoints = (object['endpoints'] ?? []) as { addresses?: unknown }[];
  return [
    spec?.clusterIP,
    spec?.ports?.map(({ targetPort }) => targetPort),
    object['subsets'],
    endpoints.map(({ addresses }) => addresses),
    object['ports'],
  ];
};

/** Keeps the Service `default/kubernetes` and its endpoints, under which programs in a cluster find the API. */
export const kubernetesService = (context: ControllerContext, address: ServerAddress): Controller => {
  const { store, verbs, registry } = context;
  const wanted = wantedObjects(address);
  const storageKeys = new Map(
    wanted.map(([group, version, plural, object]) => {
      const { resource } = builtinTarget(registry, [group, version, plural], namespace, name);
      return [resource.storageKey, { resource, object }];
    }),
  );
  return keyedController({
    name: 'kubernetes-service',
    context,
    initial: storageKeys.keys(),
    keys: (event) => {
      if (event.storageKey === 'namespaces') return event.name === namespace ? [...storageKeys.keys()] : [];
      return event.namespace === namespace && event.name === name && storageKeys.has(event.storageKey)
        ? [event.storageKey]
        : [];
    },
    async process(storageKey) {
      const entry = storageKeys.get(storageKey);
      const home = store.get('namespaces', '', namespace);
      // When it goes, it comes back, and these with it.
      if (!entry || !home || home.metadata.deletionTimestamp) return;
      const { resource, object } = entry;
      const target = { resource, namespace, name };
      const existing = store.get(storageKey, namespace, name);
      try {
        if (!existing) await verbs.create(target, object, caller);
        else if (!isDeepStrictEqual(place(existing), place(object))) {
          // The cluster IP and the address type are immutable.
          const replace =
            existing['addressType'] !== object['addressType'] ||
            (existing['spec'] as { clusterIP?: string } | undefined)?.clusterIP !==
              (object['spec'] as { clusterIP?: string } | undefined)?.clusterIP;
          if (replace) await verbs.delete(target, caller);
          else await verbs.update(target, { ...existing, ...object, metadata: existing.metadata }, caller);
        }
      } catch (error) {
        if (!answered(error, 404) && !answered(error, 409)) throw error;
      }
    },
  });
};
