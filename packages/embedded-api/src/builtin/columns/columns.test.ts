import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../object.ts';
import { resourceOf } from '../testing/admit.ts';

const now = new Date('2024-01-02T00:00:00Z');

/** The cells of one row by the names of their columns. */
const row = (kind: string, group: string, fields: Record<string, unknown>): Record<string, unknown> => {
  const object = {
    apiVersion: 'v1',
    kind,
    ...fields,
    metadata: {
      name: 'x',
      creationTimestamp: '2024-01-01T23:55:00Z',
      ...(fields['metadata'] as object | undefined),
    },
  } as KubeObject;
  return Object.fromEntries(resourceOf(kind, group).columns.map((c) => [c.name, c.value(object, now)]));
};

describe('pods', () => {
  const status = (name: string, state: object, more: object = {}): object => ({ name, state, ...more });
  const waiting = (reason: string): object => ({ waiting: { reason } });
  const ended = (exitCode: number, reason = ''): object => ({ terminated: { exitCode, reason } });
  const spec = { containers: [{ name: 'a' }, { name: 'b' }], initContainers: [{ name: 'i' }, { name: 'j' }] };

  test.each([
    ['a new one', { phase: 'Pending' }, '0/2', 'Pending'],
    ['its reason', { phase: 'Failed', reason: 'Evicted' }, '0/2', 'Evicted'],
    [
      'first preparation',
      { phase: 'Pending', initContainerStatuses: [status('i', ended(0)), status('j', { running: {} })] },
      '0/2',
      'Init:1/2',
    ],
    [
      'failed preparation',
      { phase: 'Pending', initContainerStatuses: [status('i', ended(3))] },
      '0/2',
      'Init:ExitCode:3',
    ],
    [
      'preparation that keeps failing',
      { phase: 'Pending', initContainerStatuses: [status('i', waiting('CrashLoopBackOff'))] },
      '0/2',
      'Init:CrashLoopBackOff',
    ],
    [
      'running',
      {
        phase: 'Running',
        containerStatuses: [
          status('a', { running: {} }, { ready: true }),
          status('b', { running: {} }, { ready: true }),
        ],
      },
      '2/2',
      'Running',
    ],
    [
      'half done',
      {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          status('a', ended(0, 'Completed')),
          status('b', { running: {} }, { ready: true }),
        ],
      },
      '1/2',
      'Running',
    ],
    [
      'half done and not ready',
      {
        phase: 'Running',
        containerStatuses: [
          status('a', ended(0, 'Completed')),
          status('b', { running: {} }, { ready: true }),
        ],
      },
      '1/2',
      'NotReady',
    ],
    [
      'ended without a word',
      { phase: 'Failed', containerStatuses: [status('a', ended(2))] },
      '0/2',
      'ExitCode:2',
    ],
    [
      'done',
      { phase: 'Succeeded', containerStatuses: [status('a', ended(0, 'Completed'))] },
      '0/2',
      'Completed',
    ],
    [
      'held back',
      {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
      },
      '0/2',
      'SchedulingGated',
    ],
  ])('%s', (_what, podStatus, ready, shown) => {
    expect(row('Pod', '', { spec, status: podStatus })).toMatchObject({ Ready: ready, Status: shown });
  });

  test('going, unless it has ended', () => {
    const going = { deletionTimestamp: '2024-01-01T00:00:00Z' };
    expect(row('Pod', '', { metadata: going, spec, status: { phase: 'Running' } })['Status']).toBe(
      'Terminating',
    );
    expect(row('Pod', '', { metadata: going, spec, status: { phase: 'Succeeded' } })['Status']).toBe(
      'Succeeded',
    );
  });

  test('a sidecar counts as a container, and restarts say how long ago', () => {
    const sidecar = { containers: [{ name: 'a' }], initContainers: [{ name: 's', restartPolicy: 'Always' }] };
    const lastState = { terminated: { finishedAt: '2024-01-01T23:58:00Z' } };
    const cells = row('Pod', '', {
      spec: sidecar,
      status: {
        phase: 'Running',
        podIPs: [{ ip: '10.0.0.1' }],
        conditions: [{ type: 'Initialized', status: 'True' }],
        initContainerStatuses: [
          status('s', { running: {} }, { started: true, ready: true, restartCount: 1, lastState }),
        ],
        containerStatuses: [status('a', { running: {} }, { ready: true, restartCount: 2 })],
      },
    });
    expect(cells).toMatchObject({
      Ready: '2/2',
      Status: 'Running',
      Restarts: '3 (2m ago)',
      Age: '5m',
      IP: '10.0.0.1',
      Node: '<none>',
    });
  });
});

describe('services', () => {
  test.each([
    [
      'ClusterIP',
      { spec: { type: 'ClusterIP', clusterIPs: ['10.96.0.1'], ports: [{ port: 80, protocol: 'TCP' }] } },
      '10.96.0.1',
      '<none>',
      '80/TCP',
    ],
    [
      'NodePort',
      {
        spec: {
          type: 'NodePort',
          clusterIPs: ['10.96.0.1'],
          ports: [
            { port: 80, nodePort: 30080, protocol: 'TCP' },
            { port: 53, protocol: 'UDP' },
          ],
        },
      },
      '10.96.0.1',
      '<none>',
      '80:30080/TCP,53/UDP',
    ],
    [
      'LoadBalancer',
      { spec: { type: 'LoadBalancer', clusterIPs: ['10.96.0.1'] } },
      '10.96.0.1',
      '<pending>',
      '<none>',
    ],
    [
      'LoadBalancer',
      {
        spec: { type: 'LoadBalancer', externalIPs: ['5.6.7.8'] },
        status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      },
      '<none>',
      '1.2.3.4,5.6.7.8',
      '<none>',
    ],
    [
      'ExternalName',
      { spec: { type: 'ExternalName', externalName: 'a.example' } },
      '<none>',
      'a.example',
      '<none>',
    ],
  ])('%s', (type, fields, cluster, external, ports) => {
    expect(row('Service', '', fields)).toMatchObject({
      Type: type,
      'Cluster-IP': cluster,
      'External-IP': external,
      'Port(s)': ports,
    });
  });
});

test('nodes show state, roles and addresses', () => {
  const metadata = { labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'edge' } };
  const status = {
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: { kubeletVersion: 'v1' },
    addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
  };
  expect(row('Node', '', { metadata, spec: { unschedulable: true }, status })).toMatchObject({
    Status: 'Ready,SchedulingDisabled',
    Roles: 'edge,worker',
    Version: 'v1',
    'Internal-IP': '10.0.0.1',
    'External-IP': '<none>',
    'OS-Image': '<unknown>',
  });
  expect(row('Node', '', {})['Status']).toBe('Unknown');
});

test('events of both groups show the same', () => {
  const shown = {
    Type: 'Normal',
    Reason: 'R',
    Object: 'pod/p',
    Message: 'hello',
    'Last Seen': '1m',
    'First Seen': '60m',
    Count: 3,
  };
  const common = { type: 'Normal', reason: 'R' };
  expect(
    row('Event', '', {
      ...common,
      involvedObject: { kind: 'Pod', name: 'p' },
      message: ' hello ',
      firstTimestamp: '2024-01-01T23:00:00Z',
      lastTimestamp: '2024-01-01T23:59:00Z',
      count: 3,
    }),
  ).toMatchObject({ ...shown, 'Last Seen': '60s' });
  expect(
    row('Event', 'events.k8s.io', {
      ...common,
      regarding: { kind: 'Pod', name: 'p' },
      note: 'hello',
      eventTime: '2024-01-01T23:00:00.000000Z',
      series: { count: 2, lastObservedTime: '2024-01-01T23:59:00.000000Z' },
    }),
  ).toMatchObject({ ...shown, 'Last Seen': '60s' });
});

test('workloads, jobs and endpoints', () => {
  const spec = {
    replicas: 3,
    selector: {
      matchLabels: { a: 'b' },
      matchExpressions: [{ key: 'c', operator: 'In', values: ['y', 'x'] }],
    },
    template: {
      spec: {
        containers: [
          { name: 'c', image: 'i' },
          { name: 'd', image: 'j' },
        ],
      },
    },
  };
  expect(row('Deployment', 'apps', { spec, status: { readyReplicas: 1 } })).toEqual({
    Name: 'x',
    Ready: '1/3',
    'Up-to-date': 0,
    Available: 0,
    Age: '5m',
    Containers: 'c,d',
    Images: 'i,j',
    Selector: 'a=b,c in (x,y)',
  });
  const job = { completions: 2, parallelism: 1 };
  expect(
    row('Job', 'batch', {
      spec: job,
      status: {
        succeeded: 2,
        startTime: '2024-01-01T00:00:00Z',
        completionTime: '2024-01-01T00:01:30Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    }),
  ).toMatchObject({ Status: 'Complete', Completions: '2/2', Duration: '90s' });
  const subsets = [
    { addresses: ['1.1.1.1', '::1', '3.3.3.3', '4.4.4.4'].map((ip) => ({ ip })), ports: [{ port: 80 }] },
  ];
  expect(row('Endpoints', '', { subsets })['Endpoints']).toBe('1.1.1.1:80,[::1]:80,3.3.3.3:80 + 1 more...');
  expect(row('Endpoints', '', {})['Endpoints']).toBe('<none>');
  expect(row('EndpointSlice', 'discovery.k8s.io', { addressType: 'IPv4' })).toMatchObject({
    Ports: '<unset>',
    Endpoints: '<unset>',
  });
});

test('kinds without a printer show when they were made', () => {
  expect(row('ClusterRole', 'rbac.authorization.k8s.io', {})).toEqual({
    Name: 'x',
    'Created At': '2024-01-01T23:55:00Z',
  });
});

test('no column fails on an object that holds nothing or nonsense', () => {
  for (const kind of [
    'Pod',
    'Service',
    'Node',
    'Secret',
    'Event',
    'Namespace',
    'ResourceQuota',
    'PersistentVolume',
  ])
    for (const nonsense of [
      {},
      { spec: 1, status: 'x' },
      { spec: { containers: 'x', ports: {} }, status: { conditions: 5, hard: [] } },
    ])
      expect(() => row(kind, '', nonsense)).not.toThrow();
});
