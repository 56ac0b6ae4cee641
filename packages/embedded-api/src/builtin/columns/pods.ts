import type { KubeObject } from '../../object.ts';
import type { TableColumn } from '../../served-resource.ts';
import { age } from '../../table/age.ts';
import { at, listAt, numberAt, objectAt, textAt } from '../read-field.ts';
import { ageColumn, formatSelector, nameColumn, text, wide } from './column.ts';

type Json = Record<string, unknown>;

/** What a pod's row says, worked out from its phase, its conditions and the states of its containers. */
interface PodSummary {
  ready: string;
  status: string;
  restarts: number;
  /** When a container last ended before its restart; empty when none did. */
  lastRestart: string;
}

const hasCondition = (pod: KubeObject, type: string): boolean =>
  listAt(pod, 'status.conditions').some((c) => c['type'] === type && c['status'] === 'True');

const terminatedReason = (terminated: Json): string =>
  textAt(terminated, 'reason') ||
  (numberAt(terminated, 'signal') === 0
    ? `ExitCode:${numberAt(terminated, 'exitCode')}`
    : `Signal:${numberAt(terminated, 'signal')}`);

const latest = (...times: string[]): string => times.sort().at(-1) ?? '';

/** The column logic of kube-apiserver's pod printer, sidecars (restartable init containers) included. */
const summarizePod = (pod: KubeObject): PodSummary => {
  const initContainers = listAt(pod, 'spec.initContainers');
  const sidecars = new Set(
    initContainers.filter((c) => c['restartPolicy'] === 'Always').map((c) => c['name']),
  );
  let reason = textAt(pod, 'status.reason') || textAt(pod, 'status.phase');
  if (
    listAt(pod, 'status.conditions').some(
      (c) => c['type'] === 'PodScheduled' && c['reason'] === 'SchedulingGated',
    )
  )
    reason = 'SchedulingGated';
  let [ready, restarts, sidecarRestarts] = [0, 0, 0];
  let [lastRestart, lastSidecarRestart] = ['', ''];
  let initializing = false;

  for (const [index, status] of listAt(pod, 'status.initContainerStatuses').entries()) {
    const sidecar = sidecars.has(status['name']);
    const ended = textAt(status, 'lastState.terminated.finishedAt');
    restarts += numberAt(status, 'restartCount');
    lastRestart = latest(lastRestart, ended);
    if (sidecar) {
      sidecarRestarts += numberAt(status, 'restartCount');
      lastSidecarRestart = latest(lastSidecarRestart, ended);
    }
    const terminated = at(status, 'state.terminated') as Json | undefined;
    const waiting = textAt(status, 'state.waiting.reason');
    if (terminated && numberAt(terminated, 'exitCode') === 0) continue;
    if (sidecar && status['started'] === true) {
      if (status['ready'] === true) ready++;
      continue;
    }
    if (terminated) reason = `Init:${terminatedReason(terminated)}`;
    else if (waiting !== '' && waiting !== 'PodInitializing') reason = `Init:${waiting}`;
    else reason = `Init:${index}/${initContainers.length}`;
    initializing = true;
    break;
  }

  if (!initializing || hasCondition(pod, 'Initialized')) {
    restarts = sidecarRestarts;
    lastRestart = lastSidecarRestart;
    let running = false;
    for (const status of listAt(pod, 'status.containerStatuses').toReversed()) {
      restarts += numberAt(status, 'restartCount');
      lastRestart = latest(lastRestart, textAt(status, 'lastState.terminated.finishedAt'));
      const terminated = at(status, 'state.terminated') as Json | undefined;
      const waiting = textAt(status, 'state.waiting.reason');
      if (waiting !== '') reason = waiting;
      else if (terminated) reason = terminatedReason(terminated);
      else if (status['ready'] === true && at(status, 'state.running') !== undefined) {
        running = true;
        ready++;
      }
    }
    if (reason === 'Completed' && running) reason = hasCondition(pod, 'Ready') ? 'Running' : 'NotReady';
  }

  if (pod.metadata.deletionTimestamp !== undefined) {
    const phase = textAt(pod, 'status.phase');
    if (textAt(pod, 'status.reason') === 'NodeLost') reason = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') reason = 'Terminating';
  }
  const total = listAt(pod, 'spec.containers').length + sidecars.size;
  return { ready: `${ready}/${total}`, status: reason, restarts, lastRestart };
};

const readinessGates = (pod: KubeObject): string => {
  const gates = listAt(pod, 'spec.readinessGates');
  const passed = gates.filter((gate) => hasCondition(pod, textAt(gate, 'conditionType')));
  return gates.length === 0 ? '<none>' : `${passed.length}/${gates.length}`;
};

// One row asks for three cells of one summary.
const summaries = new WeakMap<KubeObject, PodSummary>();
const summary = (pod: KubeObject): PodSummary => {
  const known = summaries.get(pod) ?? summarizePod(pod);
  summaries.set(pod, known);
  return known;
};

const restarts = (pod: KubeObject, now: Date): string => {
  const { restarts, lastRestart } = summary(pod);
  return restarts > 0 && lastRestart !== '' ? `${restarts} (${age(lastRestart, now)} ago)` : String(restarts);
};

/** The columns of pods. */
export const podColumns: TableColumn[] = [
  nameColumn,
  text('Ready', (pod) => summary(pod).ready),
  text('Status', (pod) => summary(pod).status),
  text('Restarts', restarts),
  ageColumn,
  wide('IP', (pod) => textAt(listAt(pod, 'status.podIPs')[0], 'ip') || textAt(pod, 'status.podIP', '<none>')),
  wide('Node', (pod) => textAt(pod, 'spec.nodeName', '<none>')),
  wide('Nominated Node', (pod) => textAt(pod, 'status.nominatedNodeName', '<none>')),
  wide('Readiness Gates', readinessGates),
];

/** Names and images of a pod template's containers, and the selector that goes with it, for wide columns. */
export const templateColumns = (template: string, selector?: string): TableColumn[] => {
  const containers = (key: string) => (object: KubeObject) =>
    listAt(object, `${template}.spec.containers`)
      .map((c) => textAt(c, key))
      .join(',');
  return [
    wide('Containers', containers('name')),
    wide('Images', containers('image')),
    ...(selector === undefined
      ? []
      : [wide('Selector', (object) => formatSelector(objectAt(object, selector)))]),
  ];
};
