import { describe, expect, test } from 'vitest';
import type { NotificationManager } from '../kinds/notification-manager.ts';
import { deploymentOf, serviceOf } from './deployment.ts';

const options = { namespace: 'monitoring', image: 'registry.example/armillary:1' };
const selectors = {
  tenantKey: 'user',
  globalReceiverSelector: { matchLabels: { type: 'global' } },
  tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
};
const managerOf = (spec: object): NotificationManager => ({
  apiVersion: 'notification.kubesphere.io/v2beta2',
  kind: 'NotificationManager',
  metadata: { name: 'main', uid: '1' },
  spec: { receivers: selectors, ...spec },
});
interface PodSpec {
  serviceAccountName: string;
  containers: Record<string, unknown>[];
  volumes: object[];
}
const podOf = (spec: object): PodSpec =>
  deploymentOf(managerOf(spec), options).spec!.template.spec as unknown as PodSpec;

describe('an object that says everything becomes what upstream makes of it', () => {
  const spec = {
    image: 'kubesphere/notification-manager:v2.6.0',
    imagePullPolicy: 'Always',
    replicas: 2,
    resources: { limits: { cpu: '500m' } },
    serviceAccountName: 'notification-manager-sa',
    portName: 'alerts',
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
    args: ['--log.level=debug'],
    env: [{ name: 'TZ', value: 'UTC' }],
    volumes: [{ name: 'templates', configMap: { name: 'templates' } }],
    volumeMounts: [{ name: 'templates', mountPath: '/etc/templates' }],
    annotations: { note: 'a' },
    labels: { team: 'b' },
    defaultSecretNamespace: 'secrets',
  };
  const { metadata, spec: deployment } = deploymentOf(managerOf(spec), options);

  test('the Deployment', () => {
    expect(metadata).toMatchObject({ name: 'main-deployment', namespace: 'monitoring' });
    expect(metadata.ownerReferences).toMatchObject([
      { kind: 'NotificationManager', name: 'main', controller: true },
    ]);
    expect(deployment).toMatchObject({
      replicas: 2,
      selector: { matchLabels: { app: 'notification-manager', 'notification-manager': 'main' } },
      template: {
        metadata: {
          annotations: { note: 'a' },
          labels: { app: 'notification-manager', 'notification-manager': 'main', team: 'b' },
        },
      },
    });
    const { containers, ...pod } = podOf(spec);
    expect(pod).toEqual({
      serviceAccountName: 'notification-manager-sa',
      nodeSelector: spec.nodeSelector,
      tolerations: spec.tolerations,
      affinity: spec.affinity,
      volumes: spec.volumes,
    });
    expect(containers).toEqual([
      {
        name: 'notification-manager',
        image: 'kubesphere/notification-manager:v2.6.0',
        imagePullPolicy: 'Always',
        resources: spec.resources,
        args: ['--log.level=debug'],
        env: [{ name: 'NAMESPACE', value: 'secrets' }, ...spec.env],
        ports: [{ name: 'alerts', containerPort: 19093, protocol: 'TCP' }],
        volumeMounts: spec.volumeMounts,
      },
    ]);
  });

  test('the Service', () => {
    expect(serviceOf(managerOf(spec), options)).toMatchObject({
      metadata: { name: 'main-svc', namespace: 'monitoring' },
      spec: {
        type: 'ClusterIP',
        selector: { app: 'notification-manager', 'notification-manager': 'main' },
        ports: [{ name: 'alerts', port: 19093, targetPort: 'alerts' }],
      },
    });
  });
});

describe('an object that names no image runs this program', () => {
  test('open to Alertmanager, with probes and a place for its data', () => {
    const { containers, volumes, serviceAccountName } = podOf({});
    const [container] = containers;
    expect(serviceAccountName).toBe('default');
    expect(container).toMatchObject({
      image: options.image,
      command: ['armillary', 'notification-manager'],
      readinessProbe: { httpGet: { path: '/readyz', port: 'webhook' } },
      volumeMounts: [{ name: 'armillary-data', mountPath: '/var/lib/armillary' }],
    });
    expect(container?.['env']).toEqual(
      expect.arrayContaining([
        { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
        { name: 'ARMILLARY_NOTIFICATION_MANAGER', value: 'main' },
      ]),
    );
    expect(volumes).toEqual([{ name: 'armillary-data', emptyDir: {} }]);
  });

  test('with a disk of its own one pod goes before the next comes; with a shared store they overlap', () => {
    const shared = { env: [{ name: 'ARMILLARY_NOTIFICATION_STORE_URL', value: 'postgres://db/alerts' }] };
    const strategyOf = (spec: object): unknown => deploymentOf(managerOf(spec), options).spec?.strategy?.type;
    expect(strategyOf({})).toBe('Recreate');
    expect(strategyOf(shared)).toBe('RollingUpdate');
    expect(strategyOf({ image: 'kubesphere/notification-manager:v2.6.0' })).toBe('RollingUpdate');
  });

  test('a volume of the object at the place of the data is used', () => {
    const mount = { name: 'kept', mountPath: '/var/lib/armillary' };
    const { containers, volumes } = podOf({
      volumeMounts: [mount],
      volumes: [{ name: 'kept', persistentVolumeClaim: { claimName: 'alerts' } }],
    });
    expect(containers[0]?.['volumeMounts']).toEqual([mount]);
    expect(volumes).toHaveLength(1);
  });
});

describe('sidecars are injected', () => {
  test("upstream's, one of the object's own, and the one that answers from roles", () => {
    const { containers } = podOf({
      sidecars: {
        tenant: { type: 'kubesphere' },
        audit: { type: 'own', image: 'audit:1', ports: [{ containerPort: 8080 }] },
        receiver: { type: 'rbac', ports: [{ containerPort: 19095 }] },
      },
      env: [{ name: 'TZ', value: 'UTC' }],
    });
    expect(containers.slice(1)).toMatchObject([
      { name: 'audit-sidecar', image: 'audit:1', ports: [{ containerPort: 8080 }], env: [{ name: 'TZ' }] },
      {
        name: 'receiver-sidecar',
        image: options.image,
        command: ['armillary', 'notification-manager', 'sidecar'],
        args: ['--host', '127.0.0.1', '--port', '19095'],
      },
      { name: 'tenant-sidecar', ports: [{ containerPort: 19094 }] },
    ]);
    // `type` is the operator's own and no field of a container.
    expect(containers.every((container) => !('type' in container))).toBe(true);
  });
});
