import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../object.ts';
import type { Strategy } from '../../served-resource.ts';
import type { StatusCause } from '../../status-error.ts';
import { at, listAt, numberAt, objectAt, textAt, textsAt } from '../read-field.ts';
import { duplicate, forbiddenField, immutable, invalidValue, required } from './field-error.ts';
import { dnsLabel, dnsSubdomain, oneOf, optionalText, portName, portNumber } from './format-check.ts';
import { fill, fillZero } from './pod-defaults.ts';

type Json = Record<string, unknown>;

const AFFINITY_SECONDS = 10_800;

const specOf = (object: KubeObject): Json => objectAt(object, 'spec');

const withNodePorts = (type: unknown): boolean => type === 'NodePort' || type === 'LoadBalancer';

const otherFamily = (family: unknown): string => (family === 'IPv4' ? 'IPv6' : 'IPv4');

const families = (spec: Json): void => {
  const list = textsAt(spec, 'ipFamilies');
  if (spec['ipFamilyPolicy'] === undefined && (textsAt(spec, 'clusterIPs').length === 2 || list.length === 2))
    spec['ipFamilyPolicy'] = 'RequireDualStack';
  if (spec['ipFamilyPolicy'] === 'RequireDualStack' && list.length === 1)
    spec['ipFamilies'] = [list[0], otherFamily(list[0])];
};

const setDefaults = (object: KubeObject): void => {
  const spec = specOf(object);
  object['spec'] = spec;
  fillZero(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (
    spec['sessionAffinity'] === 'ClientIP' &&
    at(spec, 'sessionAffinityConfig.clientIP.timeoutSeconds') === undefined
  )
    spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  for (const port of listAt(spec, 'ports')) {
    fillZero(port, { protocol: 'TCP' });
    fillZero(port, { targetPort: port['port'] });
  }
  const { type } = spec;
  if (withNodePorts(type)) fillZero(spec, { externalTrafficPolicy: 'Cluster' });
  if (type !== 'ExternalName') {
    fill(spec, { internalTrafficPolicy: 'Cluster' });
    families(spec);
  }
  if (type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
};

/** What an update leaves out stays as it was, as clients that know less expect. */
const keepAllocated = (object: KubeObject, old: KubeObject): void => {
  const [spec, before] = [specOf(object), specOf(old)];
  // Clients that know only the singular field change it alone.
  if (
    spec['clusterIP'] !== before['clusterIP'] &&
    isDeepStrictEqual(spec['clusterIPs'], before['clusterIPs'])
  )
    spec['clusterIPs'] = textAt(spec, 'clusterIP') === '' ? [] : [spec['clusterIP']];
  const wantsAddress = spec['type'] !== 'ExternalName' && before['type'] !== 'ExternalName';
  if (wantsAddress && textAt(spec, 'clusterIP') === '' && textsAt(spec, 'clusterIPs').length === 0)
    Object.assign(spec, { clusterIP: before['clusterIP'], clusterIPs: before['clusterIPs'] });
  if (wantsAddress)
    fill(spec, { ipFamilies: before['ipFamilies'], ipFamilyPolicy: before['ipFamilyPolicy'] });
  if (withNodePorts(spec['type']) && withNodePorts(before['type'])) {
    if (!spec['healthCheckNodePort'] && needsHealthCheck(spec))
      fill(spec, { healthCheckNodePort: before['healthCheckNodePort'] });
    for (const port of listAt(spec, 'ports')) {
      if (port['nodePort']) continue;
      const same = listAt(before, 'ports').find(
        (p) => p['port'] === port['port'] && p['protocol'] === port['protocol'],
      );
      if (same?.['nodePort']) port['nodePort'] = same['nodePort'];
    }
  }
  clearUnused(spec, before);
  for (const name of Object.keys(spec)) if (spec[name] === undefined) delete spec[name];
};

/** Fields that the former type had and the new one has no use for go, unless the client set them to something new. */
const clearUnused = (spec: Json, before: Json): void => {
  const drop = (name: string): void => {
    if (isDeepStrictEqual(spec[name], before[name])) delete spec[name];
  };
  const { type } = spec;
  if (type === 'ExternalName' && before['type'] !== 'ExternalName')
    for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'])
      drop(name);
  if (withNodePorts(before['type']) && !withNodePorts(type)) {
    drop('externalTrafficPolicy');
    for (const port of listAt(spec, 'ports'))
      if (listAt(before, 'ports').some((p) => p['nodePort'] === port['nodePort'])) delete port['nodePort'];
  }
  if (!needsHealthCheck(spec)) drop('healthCheckNodePort');
  if (before['type'] === 'LoadBalancer' && type !== 'LoadBalancer') {
    drop('allocateLoadBalancerNodePorts');
    drop('loadBalancerClass');
  }
};

/** True when traffic stays on its node, so that a load balancer must ask each node whether it serves. */
export const needsHealthCheck = (spec: Json): boolean =>
  spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local';

const ports = (spec: Json): StatusCause[] => {
  const list = listAt(spec, 'ports');
  const names = new Set<unknown>();
  const seen = new Set<string>();
  const nodePorts = new Set<string>();
  return list.flatMap((port, i) => {
    const field = `spec.ports[${i}]`;
    const name = textAt(port, 'name');
    const causes: StatusCause[] = [];
    if (name === '' && list.length > 1) causes.push(required(`${field}.name`));
    causes.push(...optionalText(`${field}.name`, name, dnsLabel));
    if (name !== '' && names.has(name)) causes.push(duplicate(`${field}.name`, name));
    names.add(name);
    causes.push(...portNumber(`${field}.port`, port['port']));
    causes.push(...oneOf(`${field}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP'], true));
    const target = port['targetPort'];
    causes.push(
      ...(typeof target === 'string'
        ? portName(target).map((why) => invalidValue(`${field}.targetPort`, target, why))
        : portNumber(`${field}.targetPort`, target)),
    );
    const key = `${textAt(port, 'protocol')}/${numberAt(port, 'port')}`;
    if (seen.has(key)) causes.push(duplicate(field, { protocol: port['protocol'], port: port['port'] }));
    seen.add(key);
    const nodePort = numberAt(port, 'nodePort');
    if (nodePort !== 0) {
      const node = `${textAt(port, 'protocol')}/${nodePort}`;
      if (!withNodePorts(spec['type']))
        causes.push(forbiddenField(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
      else if (nodePorts.has(node)) causes.push(duplicate(field, { nodePort }));
      nodePorts.add(node);
    }
    return causes;
  });
};

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

const addresses = (spec: Json): StatusCause[] => {
  const list = textsAt(spec, 'clusterIPs');
  if (list.includes('None') && list.length > 1)
    return [invalidValue('spec.clusterIPs', list, "'None' must be the first and only value")];
  const single = textAt(spec, 'clusterIP');
  if (list.length > 0 && single !== '' && list[0] !== single)
    return [invalidValue('spec.clusterIPs', list, 'first value must match `clusterIP`')];
  return list.flatMap((address, i) =>
    address === 'None' || isIP(address) > 0
      ? []
      : [
          invalidValue(
            `spec.clusterIPs[${i}]`,
            address,
            'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
          ),
        ],
  );
};

const byType = (spec: Json): StatusCause[] => {
  const headless = textAt(spec, 'clusterIP') === 'None';
  const type = textAt(spec, 'type');
  const causes: StatusCause[] = [];
  if (type === 'ExternalName') {
    for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])
      if (textAt(spec, name) !== '' || listAt(spec, name).length > 0)
        causes.push(forbiddenField(`spec.${name}`, "may not be set when `type` is 'ExternalName'"));
    const name = textAt(spec, 'externalName').replace(/\.$/, '');
    if (name === '') causes.push(required('spec.externalName'));
    else causes.push(...dnsSubdomain(name).map((why) => invalidValue('spec.externalName', name, why)));
    return causes;
  }
  if (headless && withNodePorts(type))
    causes.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  if (listAt(spec, 'ports').length === 0 && !headless) causes.push(required('spec.ports'));
  if (type !== 'LoadBalancer' && textAt(spec, 'loadBalancerClass') !== '')
    causes.push(forbiddenField('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
  if (type !== 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== undefined)
    causes.push(
      forbiddenField('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"),
    );
  if (
    !withNodePorts(type) &&
    textsAt(spec, 'externalIPs').length === 0 &&
    textAt(spec, 'externalTrafficPolicy') !== ''
  )
    causes.push(
      invalidValue(
        'spec.externalTrafficPolicy',
        spec['externalTrafficPolicy'],
        'may only be set for externally-accessible services',
      ),
    );
  return causes;
};

/**
 * Services: defaulted and checked here; cluster IPs and node ports come from `ServiceAllocator`, and traffic is the
 * business of whoever watches them.
 */
export const serviceStrategy: Strategy = {
  nameRule: 'dns-1035-label',
  default: setDefaults,
  prepareForCreate(object) {
    const spec = specOf(object);
    if (textAt(spec, 'clusterIP') !== '' && textsAt(spec, 'clusterIPs').length === 0)
      spec['clusterIPs'] = [spec['clusterIP']];
  },
  prepareForUpdate: keepAllocated,
  validate(object) {
    const spec = specOf(object);
    return [
      ...oneOf('spec.type', spec['type'], TYPES, true),
      ...oneOf('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None'], true),
      ...oneOf('spec.externalTrafficPolicy', spec['externalTrafficPolicy'], ['Cluster', 'Local']),
      ...oneOf('spec.internalTrafficPolicy', spec['internalTrafficPolicy'], ['Cluster', 'Local']),
      ...oneOf('spec.ipFamilyPolicy', spec['ipFamilyPolicy'], [
        'PreferDualStack',
        'RequireDualStack',
        'SingleStack',
      ]),
      ...textsAt(spec, 'ipFamilies').flatMap((family, i) =>
        oneOf(`spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6']),
      ),
      ...textsAt(spec, 'externalIPs').flatMap((ip, i) =>
        isIP(ip) > 0
          ? []
          : [
              invalidValue(
                `spec.externalIPs[${i}]`,
                ip,
                'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
              ),
            ],
      ),
      ...addresses(spec),
      ...byType(spec),
      ...ports(spec),
    ];
  },
  validateUpdate(object, old) {
    const [spec, before] = [specOf(object), specOf(old)];
    const causes: StatusCause[] = [];
    const [next, first] = [textsAt(spec, 'clusterIPs')[0], textsAt(before, 'clusterIPs')[0]];
    if (
      spec['type'] !== 'ExternalName' &&
      before['type'] !== 'ExternalName' &&
      first !== undefined &&
      next !== first
    ) {
      const why = 'may not change once set';
      causes.push(invalidValue('spec.clusterIPs[0]', textsAt(spec, 'clusterIPs'), why));
    }
    if (
      spec['type'] === 'LoadBalancer' &&
      before['type'] === 'LoadBalancer' &&
      spec['loadBalancerClass'] !== before['loadBalancerClass']
    )
      causes.push(
        invalidValue('spec.loadBalancerClass', spec['loadBalancerClass'] ?? '', 'may not change once set'),
      );
    if (
      needsHealthCheck(spec) &&
      needsHealthCheck(before) &&
      spec['healthCheckNodePort'] !== before['healthCheckNodePort']
    )
      causes.push(immutable('spec.healthCheckNodePort', spec['healthCheckNodePort']));
    return causes;
  },
};
