import type { Container, Pod } from '@armillary/kube';
import { describe, expect, test } from 'vitest';
import { portUsesOfPod } from './pod-port-uses.ts';

/** A pod `web/nginx-1` on worker-1 with these ports. */
function pod(ports: Container['ports'], spec: Partial<Pod['spec']> = {}, phase: string = 'Running'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'web', name: 'nginx-1' },
    spec: { nodeName: 'worker-1', containers: [{ name: 'nginx', ...(ports && { ports }) }], ...spec },
    status: { phase: phase as 'Running' },
  };
}

/** A declared port with the hostIP that the type of a container does not name. */
const at = (hostIP: string) => [{ containerPort: 80, hostPort: 8080, hostIP }];

test('a hostPort is taken on the pod’s node, though no process holds it there', () => {
  expect(portUsesOfPod(pod([{ containerPort: 80, hostPort: 8080 }]))).toEqual([
    {
      protocol: 'TCP',
      port: 8080,
      node: 'worker-1',
      kind: 'HostPort',
      owner: 'pod web/nginx-1 (hostPort)',
    },
  ]);
});

test('a container port alone takes nothing of the node', () => {
  expect(portUsesOfPod(pod([{ containerPort: 80 }]))).toEqual([]);
  expect(portUsesOfPod(pod(undefined))).toEqual([]);
  expect(portUsesOfPod(pod([{ containerPort: 80, hostPort: 0 }]))).toEqual([]);
});

test('under hostNetwork every declared port is one of the node', () => {
  const ports = [{ containerPort: 80 }, { containerPort: 53, hostPort: 53, protocol: 'UDP' }];
  expect(portUsesOfPod(pod(ports, { hostNetwork: true }))).toMatchObject([
    { protocol: 'TCP', port: 80, kind: 'HostNetwork', owner: 'pod web/nginx-1 (hostNetwork)' },
    { protocol: 'UDP', port: 53, kind: 'HostNetwork' },
  ]);
});

test('a pod counts from when it has a node until it has ended', () => {
  const ports = [{ containerPort: 80, hostPort: 80 }];
  const counts = (phase: string, spec?: Partial<Pod['spec']>) =>
    portUsesOfPod(pod(ports, spec, phase)).length > 0;
  expect(counts('Pending')).toBe(true);
  expect(counts('Running')).toBe(true);
  expect(counts('Unknown')).toBe(true);
  expect(counts('Succeeded')).toBe(false);
  expect(counts('Failed')).toBe(false);
  expect(counts('Pending', { nodeName: '' })).toBe(false);
  const { status: _status, ...unseen } = pod(ports);
  expect(portUsesOfPod(unseen)).toHaveLength(1);
});

test('a pod that is being deleted still has its ports', () => {
  const going = pod([{ containerPort: 80, hostPort: 80 }]);
  going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  expect(portUsesOfPod(going)).toHaveLength(1);
});

test('sidecars and ephemeral containers count, other init containers have ended before', () => {
  const container = (name: string, hostPort: number, more: object = {}) => ({
    name,
    ports: [{ containerPort: hostPort, hostPort }],
    ...more,
  });
  const uses = portUsesOfPod(
    pod(undefined, {
      initContainers: [container('setup', 1), container('sidecar', 2, { restartPolicy: 'Always' })],
      ephemeralContainers: [container('debug', 3)],
    }),
  );
  expect(uses.map(({ port }) => port)).toEqual([2, 3]);
});

describe('hostIP', () => {
  test('of one address takes the port there alone', () => {
    expect(portUsesOfPod(pod(at('::ffff:192.0.2.1')))).toMatchObject([
      { node: 'worker-1', address: '192.0.2.1' },
    ]);
  });

  test.each(['', '0.0.0.0', '::', 'nonsense'])('%j takes it everywhere', (hostIP) => {
    const [use] = portUsesOfPod(pod(at(hostIP)));
    expect(use).toMatchObject({ port: 8080 });
    expect(use).not.toHaveProperty('address');
  });

  test.each(['127.0.0.1', '127.1.2.3', '::1'])('%s is in nobody’s way', (hostIP) => {
    expect(portUsesOfPod(pod(at(hostIP)))).toEqual([]);
  });

  test('binds nothing under hostNetwork', () => {
    const [use] = portUsesOfPod(pod(at('127.0.0.1'), { hostNetwork: true }));
    expect(use).toMatchObject({ port: 80, kind: 'HostNetwork' });
    expect(use).not.toHaveProperty('address');
  });
});

test('what cannot be a port is passed over', () => {
  const ports = [
    { containerPort: 80, hostPort: 70_000 },
    { containerPort: 80, hostPort: 80, protocol: 'ICMP' },
    { containerPort: 80, hostPort: '80' as unknown as number },
  ];
  expect(portUsesOfPod(pod(ports))).toEqual([]);
});
