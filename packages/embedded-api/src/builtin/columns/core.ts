import type { KubeObject } from '../../object.ts';
import type { TableColumn } from '../../served-resource.ts';
import { age } from '../../table/age.ts';
import { at, listAt, numberAt, objectAt, textAt } from '../read-field.ts';
import { ageColumn, count, field, nameColumn, text, wide } from './column.ts';
import { podColumns } from './pods.ts';

const size = (object: KubeObject, ...paths: string[]): number =>
  paths.reduce((sum, path) => sum + Object.keys(objectAt(object, path)).length, 0);

const ROLE_PREFIX = 'node-role.kubernetes.io/';

const nodeStatus = (node: KubeObject): string => {
  const ready = listAt(node, 'status.conditions').find((c) => c['type'] === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return at(node, 'spec.unschedulable') === true ? `${state},SchedulingDisabled` : state;
};

const nodeRoles = (node: KubeObject): string => {
  const labels = Object.entries(node.metadata.labels ?? {});
  const roles = labels.flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return [key.slice(ROLE_PREFIX.length)];
    return key === 'kubernetes.io/role' ? [value] : [];
  });
  return [...new Set(roles.filter((role) => role !== ''))].sort().join(',') || '<none>';
};

const nodeAddress = (type: string) => (node: KubeObject) =>
  textAt(
    listAt(node, 'status.addresses').find((a) => a['type'] === type),
    'address',
    '<none>',
  );

/** Reads an event of core or of events.k8s.io: the two names of a field hold the same. */
const eventText = (event: KubeObject, core: string, other: string): string =>
  textAt(event, core) || textAt(event, other);

const firstSeen = (event: KubeObject, now: Date): string =>
  age(eventText(event, 'firstTimestamp', 'deprecatedFirstTimestamp') || textAt(event, 'eventTime'), now);

const lastSeen = (event: KubeObject, now: Date): string => {
  const series = textAt(event, 'series.lastObservedTime');
  const last = series || eventText(event, 'lastTimestamp', 'deprecatedLastTimestamp');
  return last === '' ? firstSeen(event, now) : age(last, now);
};

const eventCount = (event: KubeObject): number => {
  if (at(event, 'series') !== undefined) return numberAt(event, 'series.count') + 1;
  return numberAt(event, 'count') || numberAt(event, 'deprecatedCount') || 1;
};

const eventObject = (event: KubeObject): string => {
  const kind = eventText(event, 'involvedObject.kind', 'regarding.kind').toLowerCase();
  const name = eventText(event, 'involvedObject.name', 'regarding.name');
  return name === '' ? kind : `${kind}/${name}`;
};

const eventSource = (event: KubeObject): string => {
  const component =
    eventText(event, 'source.component', 'deprecatedSource.component') ||
    eventText(event, 'reportingComponent', 'reportingController');
  const host = eventText(event, 'source.host', 'deprecatedSource.host') || textAt(event, 'reportingInstance');
  return host === '' ? component : `${component}, ${host}`;
};

const eventColumns: TableColumn[] = [
  text('Last Seen', lastSeen),
  field('Type', 'type'),
  field('Reason', 'reason'),
  text('Object', eventObject),
  wide('Subobject', (e) => eventText(e, 'involvedObject.fieldPath', 'regarding.fieldPath')),
  wide('Source', eventSource),
  text('Message', (e) => eventText(e, 'message', 'note').trim()),
  wide('First Seen', firstSeen),
  wide('Count', eventCount),
  { ...nameColumn, priority: 1 },
];

const quantityText = (value: unknown): string => (typeof value === 'string' ? value : '0');

const quota = (limits: boolean) => (object: KubeObject) =>
  Object.entries(objectAt(object, 'status.hard'))
    .filter(([name]) => name.startsWith('limits.') === limits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, hard]) =>
        `${name}: ${quantityText(objectAt(object, 'status.used')[name])}/${quantityText(hard)}`,
    )
    .join(', ');

/** The columns of core kinds, by kind and group. */
export const coreColumns: Record<string, TableColumn[]> = {
  'Pod.': podColumns,
  'Event.': eventColumns,
  'Event.events.k8s.io': eventColumns,
  'Namespace.': [nameColumn, field('Status', 'status.phase'), ageColumn],
  'ConfigMap.': [nameColumn, text('Data', (c) => size(c, 'data', 'binaryData')), ageColumn],
  'Secret.': [nameColumn, field('Type', 'type'), text('Data', (s) => size(s, 'data')), ageColumn],
  'ServiceAccount.': [nameColumn, text('Secrets', (s) => listAt(s, 'secrets').length), ageColumn],
  'ResourceQuota.': [nameColumn, text('Request', quota(false)), text('Limit', quota(true)), ageColumn],
  'Node.': [
    nameColumn,
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    ageColumn,
    field('Version', 'status.nodeInfo.kubeletVersion'),
    wide('Internal-IP', nodeAddress('InternalIP')),
    wide('External-IP', nodeAddress('ExternalIP')),
    wide('OS-Image', (n) => textAt(n, 'status.nodeInfo.osImage', '<unknown>')),
    wide('Kernel-Version', (n) => textAt(n, 'status.nodeInfo.kernelVersion', '<unknown>')),
    wide('Container-Runtime', (n) => textAt(n, 'status.nodeInfo.containerRuntimeVersion', '<unknown>')),
  ],
  'PriorityClass.scheduling.k8s.io': [
    nameColumn,
    count('Value', 'value'),
    text('Global-Default', (p) => at(p, 'globalDefault') === true, { type: 'boolean' }),
    ageColumn,
    field('PreemptionPolicy', 'preemptionPolicy'),
  ],
};
