import { describe, expect, test } from 'vitest';
import { create, update } from '../testing/admit.ts';

const container = { name: 'c', image: 'nginx' };
const pod = (spec: Record<string, unknown>): ReturnType<typeof create> => create('Pod', '', { spec });

describe('a new pod', () => {
  test('gets the defaults of a cluster', () => {
    const { object, causes } = pod({
      containers: [{ ...container, livenessProbe: { httpGet: { port: 80 } } }],
    });
    expect(causes).toEqual([]);
    expect(object['spec']).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
      serviceAccountName: 'default',
      serviceAccount: 'default',
      enableServiceLinks: true,
      priority: 0,
      tolerations: [{ key: 'node.kubernetes.io/not-ready' }, { key: 'node.kubernetes.io/unreachable' }],
      containers: [
        {
          imagePullPolicy: 'Always',
          terminationMessagePolicy: 'File',
          livenessProbe: { httpGet: { path: '/', scheme: 'HTTP' }, periodSeconds: 10, failureThreshold: 3 },
        },
      ],
    });
    expect(object['status']).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  test.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    ['registry:5000/nginx', 'Always'],
    ['registry:5000/nginx:1', 'IfNotPresent'],
    [`nginx@sha256:${'0'.repeat(64)}`, 'IfNotPresent'],
  ])('pulls %s %s', (image, policy) => {
    expect(pod({ containers: [{ name: 'c', image }] }).object).toMatchObject({
      spec: { containers: [{ imagePullPolicy: policy }] },
    });
  });

  test.each([
    ['BestEffort', {}],
    ['Burstable', { requests: { cpu: '1' } }],
    ['Burstable', { limits: { cpu: '1' } }],
    ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' } }],
    ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }],
    ['Burstable', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } }],
  ])('has the quality %s with %j', (quality, resources) => {
    expect(pod({ containers: [{ ...container, resources }] }).object['status']).toMatchObject({
      qosClass: quality,
    });
  });

  test('volumes of every kind get their defaults', () => {
    const { object } = pod({
      containers: [container],
      volumes: [
        { name: 'a' },
        { name: 'b', secret: { secretName: 's' } },
        { name: 'c', hostPath: { path: '/x' } },
        { name: 'd', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      ],
    });
    expect(object['spec']).toMatchObject({
      volumes: [
        { emptyDir: {} },
        { secret: { defaultMode: 0o644 } },
        { hostPath: { type: '' } },
        {
          projected: { defaultMode: 0o644, sources: [{ serviceAccountToken: { expirationSeconds: 3600 } }] },
        },
      ],
    });
  });
});

describe('a pod is refused', () => {
  // The texts are those of a real kube-apiserver.
  test.each([
    ['without containers', {}, ['spec.containers: Required value']],
    ['without an image', { containers: [{ name: 'a' }] }, ['spec.containers[0].image: Required value']],
    ['without a name', { containers: [{ image: 'x' }] }, ['spec.containers[0].name: Required value']],
    [
      'with a name twice',
      { containers: [container, container] },
      ['spec.containers[1].name: Duplicate value: "c"'],
    ],
    [
      'with bad ports',
      {
        containers: [
          {
            ...container,
            ports: [{ containerPort: 0 }, { containerPort: 70000 }, { containerPort: 1, protocol: 'X' }],
          },
        ],
      },
      [
        'spec.containers[0].ports[0].containerPort: Required value',
        'spec.containers[0].ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
        'spec.containers[0].ports[2].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
      ],
    ],
    [
      'with unknown policies',
      { containers: [container], restartPolicy: 'Sometimes', dnsPolicy: 'X' },
      [
        'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
        'spec.dnsPolicy: Unsupported value: "X": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
      ],
    ],
    [
      'with bad mounts',
      {
        containers: [
          {
            ...container,
            volumeMounts: [
              { name: 'q', mountPath: '/a' },
              { name: 'v', mountPath: '/b' },
              { name: 'v', mountPath: '/b' },
            ],
          },
        ],
        volumes: [{ name: 'v' }],
      },
      [
        'spec.containers[0].volumeMounts[0].name: Not found: "q"',
        'spec.containers[0].volumeMounts[2].mountPath: Invalid value: "/b": must be unique',
      ],
    ],
    [
      'with two sources of a volume',
      { containers: [container], volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] },
      ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'asking for more than its limit',
      { containers: [{ ...container, resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }] },
      [
        'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      ],
    ],
    [
      'with two handlers of a probe, or none',
      {
        containers: [
          {
            ...container,
            livenessProbe: {},
            startupProbe: { exec: { command: ['a'] }, httpGet: { port: 80 } },
          },
        ],
      },
      [
        'spec.containers[0].livenessProbe: Required value: must specify a handler type',
        'spec.containers[0].startupProbe.httpGet: Forbidden: may not specify more than 1 handler type',
      ],
    ],
  ])('%s', (_what, spec, causes) => expect(pod(spec).causes).toEqual(causes));
});

describe('a change of a pod', () => {
  const stored = pod({
    containers: [container, { name: 'd', image: 'x' }],
    tolerations: [{ key: 'gpu' }],
  }).object;
  const specOf = (object: typeof stored): Record<string, unknown> =>
    object['spec'] as Record<string, unknown>;
  const containersOf = (object: typeof stored): Record<string, unknown>[] =>
    specOf(object)['containers'] as Record<string, unknown>[];

  test('of an image, a deadline or a further toleration is accepted', () => {
    const { causes } = update('Pod', '', stored, (object) => {
      for (const c of containersOf(object)) c['image'] = 'other';
      specOf(object)['activeDeadlineSeconds'] = 5;
      (specOf(object)['tolerations'] as unknown[]).push({ key: 'a', operator: 'Exists' });
    });
    expect(causes).toEqual([]);
  });

  test('of anything else is refused', () => {
    const change = (edit: (spec: Record<string, unknown>) => void): string =>
      update('Pod', '', stored, (object) => edit(specOf(object))).causes.join();
    expect(change((spec) => (spec['nodeName'] = 'n'))).toMatch(
      /^spec: Forbidden: pod updates may not change fields/,
    );
    expect(change((spec) => (spec['containers'] as unknown[]).pop())).toBe(
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    );
    expect(change((spec) => (spec['tolerations'] = [{ key: 'z' }]))).toMatch(/^spec.tolerations: Forbidden/);
  });
});
