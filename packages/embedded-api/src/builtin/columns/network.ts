import { isIPv6 } from 'node:net';
import type { KubeObject } from '../../object.ts';
import type { TableColumn } from '../../served-resource.ts';
import { at, listAt, numberAt, objectAt, textAt, textsAt } from '../read-field.ts';
import {
  ageColumn,
  field,
  formatFirst,
  formatLabels,
  formatSelector,
  nameColumn,
  text,
  wide,
} from './column.ts';

const externalAddresses = (service: KubeObject): string => {
  const external = textsAt(service, 'spec.externalIPs');
  switch (textAt(service, 'spec.type')) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || '<none>';
    case 'LoadBalancer': {
      const ingress = listAt(service, 'status.loadBalancer.ingress').map(
        (i) => textAt(i, 'ip') || textAt(i, 'hostname'),
      );
      return [...new Set(ingress.filter((a) => a !== '').sort()), ...external].join(',') || '<pending>';
    }
    case 'ExternalName':
      return textAt(service, 'spec.externalName');
    default:
      return '<unknown>';
  }
};

const servicePorts = (service: KubeObject): string =>
  listAt(service, 'spec.ports')
    .map((p) => {
      const node = numberAt(p, 'nodePort');
      return `${numberAt(p, 'port')}${node > 0 ? `:${node}` : ''}/${textAt(p, 'protocol')}`;
    })
    .join(',') || '<none>';

const withPort = (address: string, port: unknown): string =>
  `${isIPv6(address) ? `[${address}]` : address}:${String(port)}`;

const endpointAddresses = (endpoints: KubeObject): string[] =>
  listAt(endpoints, 'subsets').flatMap((subset) => {
    const addresses = listAt(subset, 'addresses').map((a) => textAt(a, 'ip'));
    const ports = listAt(subset, 'ports');
    if (ports.length === 0) return addresses;
    return ports.flatMap((port) => addresses.map((address) => withPort(address, port['port'])));
  });

const ingressHosts = (ingress: KubeObject): string => {
  const rules = listAt(ingress, 'spec.rules');
  const hosts = rules
    .slice(0, 3)
    .map((rule) => textAt(rule, 'host'))
    .filter((host) => host !== '');
  const shown = hosts.join(',') || '*';
  return rules.length > 3 && hosts.length > 0 ? `${shown} + ${rules.length - 3} more...` : shown;
};

const ingressParameters = (ingressClass: KubeObject): string => {
  const parameters = objectAt(ingressClass, 'spec.parameters');
  if (Object.keys(parameters).length === 0) return '<none>';
  const group = textAt(parameters, 'apiGroup');
  return `${textAt(parameters, 'kind')}${group === '' ? '' : `.${group}`}/${textAt(parameters, 'name')}`;
};

/** The columns of network kinds, by kind and group. */
export const networkColumns: Record<string, TableColumn[]> = {
  'Service.': [
    nameColumn,
    field('Type', 'spec.type'),
    text('Cluster-IP', (s) => textsAt(s, 'spec.clusterIPs')[0] ?? textAt(s, 'spec.clusterIP', '<none>')),
    text('External-IP', externalAddresses),
    text('Port(s)', servicePorts),
    ageColumn,
    wide('Selector', (s) => formatLabels(objectAt(s, 'spec.selector'))),
  ],
  'Endpoints.': [
    nameColumn,
    text('Endpoints', (e) => formatFirst(endpointAddresses(e), '<none>')),
    ageColumn,
  ],
  'EndpointSlice.discovery.k8s.io': [
    nameColumn,
    field('AddressType', 'addressType'),
    text('Ports', (e) =>
      formatFirst(
        listAt(e, 'ports').map((p) => textAt(p, 'port') || textAt(p, 'name', '*')),
        '<unset>',
      ),
    ),
    text('Endpoints', (e) =>
      formatFirst(
        listAt(e, 'endpoints').flatMap((x) => textsAt(x, 'addresses')),
        '<unset>',
      ),
    ),
    ageColumn,
  ],
  'Ingress.networking.k8s.io': [
    nameColumn,
    text(
      'Class',
      (i) =>
        textAt(i, 'spec.ingressClassName') ||
        i.metadata.annotations?.['kubernetes.io/ingress.class'] ||
        '<none>',
    ),
    text('Hosts', ingressHosts),
    text('Address', (i) =>
      listAt(i, 'status.loadBalancer.ingress')
        .map((a) => textAt(a, 'ip') || textAt(a, 'hostname'))
        .join(','),
    ),
    text('Ports', (i) => (listAt(i, 'spec.tls').length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  'IngressClass.networking.k8s.io': [
    nameColumn,
    field('Controller', 'spec.controller'),
    text('Parameters', ingressParameters),
    ageColumn,
  ],
  'NetworkPolicy.networking.k8s.io': [
    nameColumn,
    text('Pod-Selector', (n) => formatSelector(objectAt(n, 'spec.podSelector'))),
    ageColumn,
  ],
  'Lease.coordination.k8s.io': [
    nameColumn,
    text('Holder', (l) => at(l, 'spec.holderIdentity') ?? ''),
    ageColumn,
  ],
};
