import { isIP, isIPv6 } from 'node:net';
import type { Strategy } from '../../served-resource.ts';
import type { StatusCause } from '../../status-error.ts';
import { at, listAt, objectAt, textAt, textsAt } from '../read-field.ts';
import { unchanged } from './cluster-objects.ts';
import { invalidValue, notSupported, required } from './field-error.ts';
import { dnsLabel, oneOf, optionalText, portName, portNumber } from './format-check.ts';
import { fill, fillZero } from './pod-defaults.ts';
import { validateSelector } from './workload.ts';

type Json = Record<string, unknown>;

const NOT_AN_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

const protocols = (ports: readonly Json[]): void => {
  for (const port of ports) fillZero(port, { protocol: 'TCP' });
};

/** Endpoints. */
export const endpointsStrategy: Strategy = {
  default(object) {
    for (const subset of listAt(object, 'subsets')) protocols(listAt(subset, 'ports'));
  },
  validate: (object) =>
    listAt(object, 'subsets').flatMap((subset, i) => {
      const ports = listAt(subset, 'ports');
      return [
        ...['addresses', 'notReadyAddresses'].flatMap((name) =>
          listAt(subset, name).flatMap((address, k) =>
            isIP(textAt(address, 'ip')) > 0
              ? []
              : [invalidValue(`subsets[${i}].${name}[${k}].ip`, textAt(address, 'ip'), NOT_AN_IP)],
          ),
        ),
        ...ports.flatMap((port, k) => [
          ...(textAt(port, 'name') === '' && ports.length > 1
            ? [required(`subsets[${i}].ports[${k}].name`)]
            : []),
          ...optionalText(`subsets[${i}].ports[${k}].name`, port['name'], dnsLabel),
          ...portNumber(`subsets[${i}].ports[${k}].port`, port['port']),
          ...oneOf(`subsets[${i}].ports[${k}].protocol`, port['protocol'], PROTOCOLS, true),
        ]),
      ];
    }),
};

const MOST_ENDPOINTS = 1000;

/** Endpoint slices. */
export const endpointSliceStrategy: Strategy = {
  default(object) {
    for (const port of listAt(object, 'ports')) fill(port, { name: '', protocol: 'TCP' });
  },
  validate(object) {
    const type = textAt(object, 'addressType');
    const endpoints = listAt(object, 'endpoints');
    const fits = (address: string): boolean =>
      type === 'FQDN' || (isIP(address) > 0 && isIPv6(address) === (type === 'IPv6'));
    return [
      ...oneOf('addressType', type, ['FQDN', 'IPv4', 'IPv6'], true),
      ...(endpoints.length > MOST_ENDPOINTS
        ? [
            {
              reason: 'FieldValueTooMany',
              field: 'endpoints',
              message: `Too many: ${endpoints.length}: must have at most ${MOST_ENDPOINTS} items`,
            },
          ]
        : []),
      ...endpoints.flatMap((endpoint, i) => {
        const addresses = textsAt(endpoint, 'addresses');
        const field = `endpoints[${i}].addresses`;
        if (addresses.length === 0) return [required(field, 'must contain at least 1 address')];
        return addresses.flatMap((address, k) =>
          fits(address) ? [] : [invalidValue(`${field}[${k}]`, address, NOT_AN_IP)],
        );
      }),
      ...listAt(object, 'ports').flatMap((port, i) =>
        oneOf(`ports[${i}].protocol`, port['protocol'], PROTOCOLS),
      ),
    ];
  },
  validateUpdate: (object, old) => unchanged(object, old, 'addressType'),
};

/** Network policies: stored. Nothing here filters packets. */
export const networkPolicyStrategy: Strategy = {
  default(object) {
    const spec = objectAt(object, 'spec');
    if (listAt(spec, 'policyTypes').length === 0)
      spec['policyTypes'] = ['Ingress', ...(listAt(spec, 'egress').length > 0 ? ['Egress'] : [])];
    for (const rule of [...listAt(spec, 'ingress'), ...listAt(spec, 'egress')])
      protocols(listAt(rule, 'ports'));
  },
  validate: (object) => [
    ...validateSelector(objectAt(object, 'spec.podSelector'), 'spec.podSelector'),
    ...textsAt(object, 'spec.policyTypes').flatMap((type, i) =>
      ['Ingress', 'Egress'].includes(type)
        ? []
        : [notSupported(`spec.policyTypes[${i}]`, type, ['Egress', 'Ingress'])],
    ),
  ],
};

const backend = (value: unknown, path: string): StatusCause[] => {
  const service = at(value, 'service') as Json | undefined;
  const resource = at(value, 'resource');
  if (service && resource) return [invalidValue(path, '', 'cannot set both resource and service backends')];
  if (!service && !resource) return [invalidValue(path, '', 'resource or service backend is required')];
  if (!service) return [];
  const name = textAt(service, 'port.name');
  const number = at(service, 'port.number');
  return [
    ...(textAt(service, 'name') === '' ? [required(`${path}.service.name`)] : []),
    ...(name === '' && !number ? [required(path, 'port name or number is required')] : []),
    ...(name !== '' && number ? [invalidValue(path, '', 'cannot set both port name & port number')] : []),
    ...(name === '' ? [] : portName(name).map((why) => invalidValue(`${path}.service.port.name`, name, why))),
    ...(number ? portNumber(`${path}.service.port.number`, number) : []),
  ];
};

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

/** Ingresses: stored. What serves them is outside. */
export const ingressStrategy: Strategy = {
  validate(object) {
    const spec = objectAt(object, 'spec');
    const rules = listAt(spec, 'rules');
    const fallback = spec['defaultBackend'];
    return [
      ...(rules.length === 0 && fallback === undefined
        ? [invalidValue('spec', rules, 'either `defaultBackend` or `rules` must be specified')]
        : []),
      ...(fallback === undefined ? [] : backend(fallback, 'spec.defaultBackend')),
      ...rules.flatMap((rule, i) =>
        listAt(rule, 'http.paths').flatMap((entry, k) => {
          const field = `spec.rules[${i}].http.paths[${k}]`;
          const path = textAt(entry, 'path');
          const type = textAt(entry, 'pathType');
          if (type === '') return [required(`${field}.pathType`, 'pathType must be specified')];
          return [
            ...oneOf(`${field}.pathType`, type, PATH_TYPES),
            ...(type !== 'ImplementationSpecific' && !path.startsWith('/')
              ? [invalidValue(`${field}.path`, path, 'must be an absolute path')]
              : []),
            ...backend(entry['backend'], `${field}.backend`),
          ];
        }),
      ),
    ];
  },
};
