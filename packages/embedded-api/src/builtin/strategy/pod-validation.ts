import type { StatusCause } from '../../status-error.ts';
import { parseQuantity } from '../quantity.ts';
import { at, listAt, objectAt, textAt } from '../read-field.ts';
import { duplicate, forbiddenField, invalidValue, notThere, required } from './field-error.ts';
import {
  dnsLabel,
  dnsSubdomain,
  environmentName,
  oneOf,
  optionalText,
  portName,
  portNumber,
  requiredText,
} from './format-check.ts';

type Json = Record<string, unknown>;

/** The names already taken in a list; adding one twice is a cause. */
const unique = (field: string, name: unknown, taken: Set<unknown>): StatusCause[] => {
  if (taken.has(name)) return [duplicate(field, name)];
  taken.add(name);
  return [];
};

const ports = (path: string, list: readonly Json[], names: Set<unknown>): StatusCause[] =>
  list.flatMap((port, i) => {
    const field = `${path}[${i}]`;
    const name = port['name'];
    return [
      ...optionalText(`${field}.name`, name, portName),
      ...(name === undefined || name === '' ? [] : unique(`${field}.name`, name, names)),
      ...(port['containerPort']
        ? portNumber(`${field}.containerPort`, port['containerPort'])
        : [required(`${field}.containerPort`)]),
      ...(port['hostPort'] ? portNumber(`${field}.hostPort`, port['hostPort']) : []),
      ...oneOf(`${field}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP'], true),
    ];
  });

const SOURCES_OF_ENV = ['configMapKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef', 'secretKeyRef'];

const environment = (path: string, list: readonly Json[]): StatusCause[] =>
  list.flatMap((env, i) => {
    const field = `${path}[${i}]`;
    const causes = requiredText(`${field}.name`, env['name'], environmentName);
    const from = env['valueFrom'];
    if (from === undefined) return causes;
    const sources = SOURCES_OF_ENV.filter((source) => at(from, source) !== undefined);
    if (sources.length === 0)
      causes.push(
        invalidValue(
          `${field}.valueFrom`,
          '',
          `must specify one of: \`${SOURCES_OF_ENV.slice(0, 4).join('`, `')}\` or \`secretKeyRef\``,
        ),
      );
    else if (textAt(env, 'value') !== '')
      causes.push(invalidValue(`${field}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    else if (sources.length > 1)
      causes.push(
        invalidValue(`${field}.valueFrom`, '', 'may not have more than one field specified at a time'),
      );
    for (const source of ['configMapKeyRef', 'secretKeyRef']) {
      if (!sources.includes(source)) continue;
      const where = `${field}.valueFrom.${source}`;
      if (textAt(from, `${source}.name`) === '') causes.push(required(`${where}.name`));
      if (textAt(from, `${source}.key`) === '') causes.push(required(`${where}.key`));
    }
    return causes;
  });

const mounts = (path: string, list: readonly Json[], volumes: ReadonlySet<unknown>): StatusCause[] => {
  const paths = new Set<unknown>();
  return list.flatMap((mount, i) => {
    const field = `${path}[${i}]`;
    const causes: StatusCause[] = [];
    if (textAt(mount, 'name') === '') causes.push(required(`${field}.name`));
    if (!volumes.has(mount['name'])) causes.push(notThere(`${field}.name`, textAt(mount, 'name')));
    const mountPath = textAt(mount, 'mountPath');
    if (mountPath === '') causes.push(required(`${field}.mountPath`));
    else if (paths.has(mountPath))
      causes.push(invalidValue(`${field}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    const subPath = textAt(mount, 'subPath');
    if (subPath.startsWith('/'))
      causes.push(invalidValue(`${path}.subPath`, subPath, 'must be a relative path'));
    if (subPath.split('/').includes('..'))
      causes.push(invalidValue(`${path}.subPath`, subPath, "must not contain '..'"));
    return causes;
  });
};

/** Requests may not be above limits, nothing may be negative. */
const resources = (path: string, value: Json): StatusCause[] => {
  const amounts = (kind: string): [string, string][] =>
    Object.entries(objectAt(value, kind) as Record<string, string>);
  const limits = new Map(amounts('limits'));
  const negative = (kind: string): StatusCause[] =>
    amounts(kind).flatMap(([name, amount]) =>
      (parseQuantity(amount)?.nano ?? 0n) < 0n
        ? [invalidValue(`${path}.${kind}[${name}]`, amount, 'must be greater than or equal to 0')]
        : [],
    );
  const above = amounts('requests').flatMap(([name, amount]) => {
    const limit = limits.get(name) ?? '';
    const [wanted, most] = [parseQuantity(amount), parseQuantity(limit)];
    if (!wanted || !most || wanted.nano <= most.nano) return [];
    return [
      invalidValue(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`),
    ];
  });
  return [...negative('limits'), ...negative('requests'), ...above];
};

const HANDLERS = ['exec', 'grpc', 'httpGet', 'sleep', 'tcpSocket'];

const handler = (path: string, value: unknown): StatusCause[] => {
  if (value === undefined) return [];
  const given = HANDLERS.filter((name) => at(value, name) !== undefined);
  if (given.length === 0) return [required(path, 'must specify a handler type')];
  const causes = given
    .slice(1)
    .map((name) => forbiddenField(`${path}.${name}`, 'may not specify more than 1 handler type'));
  if (given[0] === 'exec' && listAt(value, 'exec.command').length === 0)
    causes.push(required(`${path}.exec.command`));
  return causes;
};

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

const container = (
  path: string,
  c: Json,
  volumes: ReadonlySet<unknown>,
  portNames: Set<unknown>,
): StatusCause[] => {
  const image = textAt(c, 'image');
  return [
    ...requiredText(`${path}.name`, c['name'], dnsLabel),
    ...(image === '' ? [required(`${path}.image`)] : []),
    ...(image === image.trim()
      ? []
      : [invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace')]),
    ...oneOf(`${path}.imagePullPolicy`, c['imagePullPolicy'], PULL_POLICIES, true),
    ...oneOf(
      `${path}.terminationMessagePolicy`,
      c['terminationMessagePolicy'],
      ['FallbackToLogsOnError', 'File'],
      true,
    ),
    ...ports(`${path}.ports`, listAt(c, 'ports'), portNames),
    ...environment(`${path}.env`, listAt(c, 'env')),
    ...mounts(`${path}.volumeMounts`, listAt(c, 'volumeMounts'), volumes),
    ...resources(`${path}.resources`, objectAt(c, 'resources')),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
      handler(`${path}.${probe}`, c[probe]),
    ),
    ...['postStart', 'preStop'].flatMap((hook) =>
      handler(`${path}.lifecycle.${hook}`, at(c, `lifecycle.${hook}`)),
    ),
  ];
};

const volumes = (path: string, list: readonly Json[]): StatusCause[] => {
  const names = new Set<unknown>();
  return list.flatMap((volume, i) => {
    const field = `${path}[${i}]`;
    const given = Object.keys(volume).filter((key) => key !== 'name');
    const sources = given.includes('emptyDir')
      ? ['emptyDir', ...given.filter((key) => key !== 'emptyDir')]
      : given;
    const causes = requiredText(`${field}.name`, volume['name'], dnsLabel);
    if (sources.length === 0) causes.push(required(field, 'must specify a volume type'));
    for (const source of sources.slice(1))
      causes.push(forbiddenField(`${field}.${source}`, 'may not specify more than 1 volume type'));
    if (sources[0] === 'secret' && textAt(volume, 'secret.secretName') === '')
      causes.push(required(`${field}.secret.secretName`));
    if (sources[0] === 'configMap' && textAt(volume, 'configMap.name') === '')
      causes.push(required(`${field}.configMap.name`));
    if (sources[0] === 'hostPath' && textAt(volume, 'hostPath.path') === '')
      causes.push(required(`${field}.hostPath.path`));
    if (sources[0] === 'persistentVolumeClaim' && textAt(volume, 'persistentVolumeClaim.claimName') === '')
      causes.push(required(`${field}.persistentVolumeClaim.claimName`));
    // A volume that is not acceptable takes no name.
    if (causes.length === 0) causes.push(...unique(`${field}.name`, volume['name'], names));
    return causes;
  });
};

const RESTART = ['Always', 'OnFailure', 'Never'];
const DNS = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

/**
 * What is wrong with a pod's spec; `path` is where it stands (`spec`, `spec.template.spec`). Checks what clients
 * run into: containers, names, images, ports, environment, mounts, volumes, resources, handlers, policies. Affinity,
 * security contexts and the particular volume sources are stored as they come.
 */
export const validatePodSpec = (spec: Json, path: string): StatusCause[] => {
  const volumeNames = new Set(listAt(spec, 'volumes').map((v) => v['name']));
  const names = new Set<unknown>();
  const containers = (list: string): StatusCause[] => {
    // Port names are unique in one container only.
    return listAt(spec, list).flatMap((c, i) => {
      const field = `${path}.${list}[${i}]`;
      const taken =
        c['name'] === undefined || c['name'] === '' ? [] : unique(`${field}.name`, c['name'], names);
      return [...container(field, c, volumeNames, new Set()), ...taken];
    });
  };
  return [
    ...volumes(`${path}.volumes`, listAt(spec, 'volumes')),
    ...(listAt(spec, 'containers').length === 0 ? [required(`${path}.containers`)] : []),
    ...containers('containers'),
    ...containers('initContainers'),
    ...oneOf(`${path}.restartPolicy`, spec['restartPolicy'], RESTART, true),
    ...oneOf(`${path}.dnsPolicy`, spec['dnsPolicy'], DNS, true),
    ...(typeof spec['activeDeadlineSeconds'] === 'number' && spec['activeDeadlineSeconds'] < 1
      ? [
          invalidValue(
            `${path}.activeDeadlineSeconds`,
            spec['activeDeadlineSeconds'],
            'must be between 1 and 2147483647, inclusive',
          ),
        ]
      : []),
    ...optionalText(`${path}.serviceAccountName`, spec['serviceAccountName'], dnsSubdomain),
    ...optionalText(`${path}.nodeName`, spec['nodeName'], dnsSubdomain),
    ...optionalText(`${path}.hostname`, spec['hostname'], dnsLabel),
    ...optionalText(`${path}.subdomain`, spec['subdomain'], dnsLabel),
  ];
};
