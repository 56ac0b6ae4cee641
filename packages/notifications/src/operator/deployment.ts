import {
  ownerReference,
  type Container,
  type EnvVar,
  type KubeObject,
  type ResourceType,
  type Service,
  type Volume,
} from '@armillary/kube';
import type { NotificationManager, NotificationManagerSpec } from '../kinds/notification-manager.ts';
import { sidecarsOf } from './sidecars.ts';

/** apps/v1 Deployment, as far as it is written here. */
export interface Deployment extends KubeObject {
  spec?: {
    replicas?: number;
    strategy?: { type: string };
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
      spec: object;
    };
  };
}

/** apps/v1 Deployment. */
export const deploymentType: ResourceType<Deployment> = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
};

/** How NotificationManager objects become pods. */
export interface OperatorOptions {
  /** Where the pods run. */
  namespace: string;
  /** The image of this program, for objects that name none, and for the sidecars that it brings. */
  image: string;
}

/** Upstream's port; the Service has it whatever the port's name. */
const port = 19093;
/** Where the program keeps what it must not forget, inside the container. */
const dataPath = '/var/lib/armillary';

/**
 * The Deployment that upstream's operator makes of a NotificationManager, by the same name, labels, image, arguments
 * and volumes, with the sidecars of the object beside it. An object that names no image runs this program.
 */
export function deploymentOf(manager: NotificationManager, options: OperatorOptions): Deployment {
  const spec: Partial<NotificationManagerSpec> = manager.spec ?? {};
  const labels = labelsOf(manager);
  const ours = runsThisProgram(manager, options);
  const container = containerOf(manager, options);
  const podSpec = {
    serviceAccountName: spec.serviceAccountName || 'default',
    containers: [container, ...sidecarsOf(spec, options.image)],
    volumes: volumesOf(spec, container),
    ...(spec.nodeSelector === undefined ? {} : { nodeSelector: spec.nodeSelector }),
    ...(spec.affinity === undefined ? {} : { affinity: spec.affinity }),
    ...(spec.tolerations === undefined ? {} : { tolerations: spec.tolerations }),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: `${manager.metadata.name}-deployment`,
      namespace: options.namespace,
      labels,
      ownerReferences: [ownerReference(manager, { controller: true })],
    },
    spec: {
      replicas: Math.max(spec.replicas ?? 1, 1),
      // A new pod would find the disk of the old one locked.
      strategy: { type: ours && !sharesStore(manager) ? 'Recreate' : 'RollingUpdate' },
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels: { ...spec.labels, ...labels },
          ...(spec.annotations === undefined ? {} : { annotations: spec.annotations }),
        },
        spec: podSpec,
      },
    },
  };
}

/** The Service that Alertmanager posts to. */
export function serviceOf(manager: NotificationManager, options: OperatorOptions): Service {
  const name = portNameOf(manager.spec);
  const labels = labelsOf(manager);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `${manager.metadata.name}-svc`,
      namespace: options.namespace,
      labels,
      ownerReferences: [ownerReference(manager, { controller: true })],
    },
    spec: {
      type: 'ClusterIP',
      selector: labels,
      ports: [{ name, port, protocol: 'TCP', targetPort: name }],
    },
  };
}

/** Whether the object's pods run this program, rather than an image of somebody else's. */
export function runsThisProgram(manager: NotificationManager, options: OperatorOptions): boolean {
  return !manager.spec?.image || manager.spec.image === options.image;
}

/** Whether replicas of this program keep their alerts in one place. */
export function sharesStore(manager: NotificationManager): boolean {
  return (manager.spec?.env ?? []).some(({ name }) => name === 'ARMILLARY_NOTIFICATION_STORE_URL');
}

/** Finds what was made of any NotificationManager. */
export const ownLabel = 'app=notification-manager';

function labelsOf(manager: NotificationManager): Record<string, string> {
  return { app: 'notification-manager', 'notification-manager': manager.metadata.name! };
}

const portNameOf = (spec: Partial<NotificationManagerSpec> | undefined): string =>
  spec?.portName || 'webhook';

function containerOf(manager: NotificationManager, options: OperatorOptions): Container {
  const spec: Partial<NotificationManagerSpec> = manager.spec ?? {};
  const ours = runsThisProgram(manager, options);
  const mounts = (spec.volumeMounts ?? []) as unknown as NonNullable<Container['volumeMounts']>;
  const needsData = ours && !mounts.some((mount) => mount.mountPath === dataPath);
  return {
    name: 'notification-manager',
    image: spec.image || options.image,
    imagePullPolicy: spec.imagePullPolicy || 'IfNotPresent',
    ports: [{ name: portNameOf(spec), containerPort: port, protocol: 'TCP' }],
    env: [
      namespaceVariable(spec),
      ...(ours ? ourVariables(manager) : []),
      ...((spec.env ?? []) as unknown as EnvVar[]),
    ],
    volumeMounts: needsData ? [...mounts, { name: 'armillary-data', mountPath: dataPath }] : mounts,
    ...(ours ? { command: ['armillary', 'notification-manager'] } : {}),
    ...(spec.args === undefined ? {} : { args: spec.args }),
    ...(spec.resources === undefined ? {} : { resources: spec.resources }),
    ...(ours ? probes(portNameOf(spec)) : {}),
  };
}

/** Where Secrets and ConfigMaps without a namespace are: upstream's variable. */
function namespaceVariable({ defaultSecretNamespace }: Partial<NotificationManagerSpec>): EnvVar {
  return defaultSecretNamespace
    ? { name: 'NAMESPACE', value: defaultSecretNamespace }
    : { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } };
}

/** Settings come as variables, so that the object's arguments stay as they are. */
function ourVariables(manager: NotificationManager): EnvVar[] {
  return [
    { name: 'ARMILLARY_NOTIFICATION_MANAGER', value: manager.metadata.name! },
    { name: 'ARMILLARY_NOTIFICATION_HOST', value: '0.0.0.0' },
    // Alertmanager posts without a token, as it did to upstream; everything else asks the cluster.
    { name: 'ARMILLARY_NOTIFICATION_ACCESS', value: 'kubernetes' },
    { name: 'ARMILLARY_NOTIFICATION_ANONYMOUS_ALERTS', value: 'true' },
    { name: 'ARMILLARY_DATA', value: dataPath },
  ];
}

function probes(portName: string): Pick<Container, string> {
  const probe = (path: string): object => ({
    httpGet: { path, port: portName },
    periodSeconds: 10,
    timeoutSeconds: 5,
  });
  return { readinessProbe: probe('/readyz'), livenessProbe: { ...probe('/healthz'), failureThreshold: 6 } };
}

function volumesOf(spec: Partial<NotificationManagerSpec>, container: Container): Volume[] {
  const volumes = (spec.volumes ?? []) as Volume[];
  const needsData = container.volumeMounts?.some((mount) => mount.name === 'armillary-data');
  return needsData ? [...volumes, { name: 'armillary-data', emptyDir: {} }] : volumes;
}
