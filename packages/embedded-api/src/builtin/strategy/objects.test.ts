import { describe, expect, test } from 'vitest';
import { create, update } from '../testing/admit.ts';

const RBAC = 'rbac.authorization.k8s.io';
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = { matchLabels: { a: 'b' } };

describe('deployments', () => {
  test('get their defaults, in the template too', () => {
    const { object, causes } = create('Deployment', 'apps', { spec: { selector, template } });
    expect(causes).toEqual([]);
    expect(object).toMatchObject({
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        template: { spec: { restartPolicy: 'Always', containers: [{ imagePullPolicy: 'Always' }] } },
      },
      status: {},
    });
  });

  test.each([
    ['no selector', { template }, 'spec.selector: Required value'],
    [
      'an empty selector',
      { template, selector: {} },
      'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
    ],
    [
      'a selector of other pods',
      { template, selector: { matchLabels: { x: 'y' } } },
      'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
    ],
    [
      'fewer than no pods',
      { template, selector, replicas: -1 },
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'an update that cannot move',
      { template, selector, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ],
    [
      'pods that end',
      { selector, template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
  ])('refuse %s', (_what, spec, cause) =>
    expect(create('Deployment', 'apps', { spec }).causes).toContain(cause),
  );

  test('keep their selector', () => {
    const { object } = create('Deployment', 'apps', { spec: { selector, template } });
    const { causes } = update('Deployment', 'apps', object, (o) => {
      (o['spec'] as Record<string, unknown>)['selector'] = { matchLabels: { a: 'b', c: 'd' } };
    });
    expect(causes).toContain(
      'spec.selector: Invalid value: {"matchLabels":{"a":"b","c":"d"}}: field is immutable',
    );
  });
});

test('a DaemonSet counts its templates', () => {
  const { object } = create('DaemonSet', 'apps', { spec: { selector, template } });
  const generation = 'deprecated.daemonset.template.generation';
  expect(object.metadata.annotations).toEqual({ [generation]: '1' });
  const next = update('DaemonSet', 'apps', object, (o) => {
    (o['spec'] as { template: { metadata: { labels: object } } }).template.metadata.labels = {
      a: 'b',
      c: 'd',
    };
  });
  expect(next.object.metadata.annotations).toEqual({ [generation]: '2' });
});

test('a job selects its own pods', () => {
  const { object, causes } = create('Job', 'batch', {
    metadata: { name: 'j', uid: 'u-1' },
    spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
  });
  expect(causes).toEqual([]);
  expect(object).toMatchObject({
    metadata: { labels: { 'job-name': 'j', 'batch.kubernetes.io/controller-uid': 'u-1' } },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' } },
      template: { metadata: { labels: { 'batch.kubernetes.io/job-name': 'j' } } },
    },
  });
  expect(create('Job', 'batch', { spec: { template } }).causes).toContain(
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  );
});

describe('secrets and config maps', () => {
  test('stringData becomes data and is not kept', () => {
    const { object, causes } = create('Secret', '', {
      stringData: { a: 'x', b: 'é' },
      data: { a: 'eQ==', c: 'eg==' },
    });
    expect(causes).toEqual([]);
    expect(object).toMatchObject({ type: 'Opaque', data: { a: 'eA==', b: 'w6k=', c: 'eg==' } });
    expect(object).not.toHaveProperty('stringData');
  });

  test('the known types need their keys', () => {
    expect(create('Secret', '', { type: 'kubernetes.io/tls' }).causes).toEqual([
      'data[tls.crt]: Required value',
      'data[tls.key]: Required value',
    ]);
    expect(
      create('Secret', '', {
        type: 'kubernetes.io/dockerconfigjson',
        stringData: { '.dockerconfigjson': 'x' },
      }).causes,
    ).toEqual(['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid JSON']);
    expect(
      create('Secret', '', { type: 'kubernetes.io/basic-auth', stringData: { username: 'u' } }).causes,
    ).toEqual([]);
  });

  test('keys are file names, and all together are no more than 1 MiB', () => {
    expect(create('ConfigMap', '', { data: { 'a/b': '' } }).causes.join()).toContain(
      'a valid config key must consist of',
    );
    expect(create('ConfigMap', '', { data: { '..': '' } }).causes.join()).toContain("must not be '..'");
    expect(create('ConfigMap', '', { data: { a: 'x'.repeat(1024 * 1024) } }).causes).toEqual([]);
    expect(create('ConfigMap', '', { data: { a: 'x'.repeat(1024 * 1024 + 1) } }).causes.join()).toContain(
      'Too long',
    );
    const data = { a: Buffer.alloc(1024 * 1024 + 1).toString('base64') };
    expect(create('Secret', '', { data }).causes).toEqual([
      'data: Too long: may not be more than 1048576 bytes',
    ]);
  });

  test('what is immutable stays', () => {
    const { object } = create('ConfigMap', '', { data: { a: 'x' }, immutable: true });
    expect(update('ConfigMap', '', object, (o) => (o['data'] = { a: 'y' })).causes).toEqual([
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
    expect(update('ConfigMap', '', object, (o) => delete o['immutable']).causes).toEqual([
      'immutable: Forbidden: field is immutable when `immutable` is set',
    ]);
    const secret = create('Secret', '', {}).object;
    expect(update('Secret', '', secret, (o) => (o['type'] = 'a/b')).causes).toEqual([
      'type: Invalid value: "a/b": field is immutable',
    ]);
  });
});

describe('roles and bindings', () => {
  test('rules need verbs, groups and resources', () => {
    const rules = [
      { verbs: [], resources: ['x'] },
      { verbs: ['get'], nonResourceURLs: ['/x'] },
    ];
    expect(create('Role', RBAC, { rules }).causes).toEqual([
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[1].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
    ]);
    expect(create('ClusterRole', RBAC, { rules: [rules[1]] }).causes).toEqual([]);
  });

  test('a binding names its role for good', () => {
    const { object, causes } = create('RoleBinding', RBAC, {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [{ kind: 'User', name: 'u' }],
    });
    expect(causes).toEqual([]);
    expect(object).toMatchObject({ roleRef: { apiGroup: RBAC }, subjects: [{ apiGroup: RBAC }] });
    expect(
      update(
        'RoleBinding',
        RBAC,
        object,
        (o) => ((o['roleRef'] as { name: string }).name = 'other'),
      ).causes.join(),
    ).toContain('cannot change roleRef');
  });

  test('subjects are of three kinds', () => {
    expect(
      create('ClusterRoleBinding', RBAC, {
        roleRef: { kind: 'Role', name: '' },
        subjects: [
          { kind: 'Robot', name: 'r' },
          { kind: 'ServiceAccount', name: 's' },
        ],
      }).causes,
    ).toEqual([
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
      'roleRef.name: Required value',
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
      'subjects[1].namespace: Required value',
    ]);
  });
});

test('a namespace carries its name, a finalizer and a phase, and keeps other finalizers', () => {
  const { object } = create('Namespace', '', { spec: { finalizers: ['example.com/mine'] } }, 'team');
  expect(object).toMatchObject({
    metadata: { labels: { 'kubernetes.io/metadata.name': 'team' } },
    spec: { finalizers: ['example.com/mine', 'kubernetes'] },
    status: { phase: 'Active' },
  });
  const next = update('Namespace', '', object, (o) => delete o['spec']);
  expect(next.object['spec']).toMatchObject({ finalizers: ['example.com/mine', 'kubernetes'] });
});

test('ingresses need a backend and an absolute path', () => {
  const ingress = (spec: unknown): string[] => create('Ingress', 'networking.k8s.io', { spec }).causes;
  const path = { path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } };
  expect(ingress({ rules: [{ http: { paths: [path] } }] })).toEqual([]);
  expect(ingress({})).toEqual([
    'spec: Invalid value: []: either `defaultBackend` or `rules` must be specified',
  ]);
  expect(
    ingress({
      rules: [
        {
          http: {
            paths: [
              { ...path, path: 'x' },
              { ...path, pathType: undefined },
            ],
          },
        },
      ],
    }),
  ).toEqual([
    'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path',
    'spec.rules[0].http.paths[1].pathType: Required value: pathType must be specified',
  ]);
});

test('slices, leases, nodes, claims and classes are checked', () => {
  const causes = (kind: string, group: string, fields: Record<string, unknown>): string[] =>
    create(kind, group, fields).causes;
  expect(
    causes('EndpointSlice', 'discovery.k8s.io', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['::1'] }, { addresses: [] }],
    }),
  ).toEqual([
    'endpoints[0].addresses[0]: Invalid value: "::1": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'endpoints[1].addresses: Required value: must contain at least 1 address',
  ]);
  expect(causes('Lease', 'coordination.k8s.io', { spec: { leaseDurationSeconds: 0 } })).toEqual([
    'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
  ]);
  expect(causes('Node', '', { spec: { taints: [{ key: 'a', effect: 'X' }] } })).toEqual([
    'metadata.taints[0].effect: Unsupported value: "X": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  ]);
  expect(causes('PersistentVolumeClaim', '', { spec: {} })).toEqual([
    'spec.accessModes: Required value: at least 1 access mode is required',
    'spec.resources[storage]: Required value',
  ]);
  expect(causes('StorageClass', 'storage.k8s.io', {})).toEqual(['provisioner: Required value']);
  expect(
    causes('Event', 'events.k8s.io', { reason: 'R', type: 'Fun', eventTime: '2024-01-01T00:00:00.000000Z' }),
  ).toEqual([
    'reportingController: Required value',
    'reportingInstance: Required value',
    'action: Required value',
    'type: Invalid value: "": has invalid value: Fun',
  ]);
  expect(causes('Event', '', { involvedObject: { kind: 'Pod', namespace: 'other' } })).toEqual([
    'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
  ]);
});
