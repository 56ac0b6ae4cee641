import type { Container } from '@armillary/kube';
import type { NotificationManagerSpec } from '../kinds/notification-manager.ts';

type Sidecar = NonNullable<NotificationManagerSpec['sidecars']>[string] & Record<string, unknown>;

/** The port that a sidecar listens on unless its container names another first: upstream's. */
const usualPort = 19094;

/** The port that the sidecar of an object answers on. Two sidecars of one object need two ports. */
export function sidecarPort(sidecar: Sidecar): number {
  const [first] = (sidecar['ports'] ?? []) as { containerPort?: number }[];
  return first?.containerPort ?? usualPort;
}

/** What upstream runs for `type: kubesphere` when the object names no image. */
const kubesphereImage = 'kubesphere/notification-tenant-sidecar:v3.2.0';

/**
 * The containers of `spec.sidecars`, in the order of their keys. `type: kubesphere` is upstream's tenant sidecar;
 * `type: rbac` is this program answering from the roles of the cluster; anything else is the container that the object
 * describes, whose name is its key unless it has one.
 */
export function sidecarsOf(spec: Partial<NotificationManagerSpec>, image: string): Container[] {
  return Object.entries((spec.sidecars ?? {}) as Record<string, Sidecar>)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, sidecar]) => {
      const { type, ...described } = sidecar;
      const port = sidecarPort(sidecar);
      return {
        name: `${key}-sidecar`,
        imagePullPolicy: 'IfNotPresent',
        ports: [{ name: key, containerPort: port, protocol: 'TCP' }],
        ...defaultsOf(type, port, image),
        ...(described as Partial<Container>),
        ...(spec.env === undefined ? {} : { env: [...listOf(described['env']), ...listOf(spec.env)] }),
      };
    });
}

function defaultsOf(type: string, port: number, image: string): Partial<Container> {
  if (type === 'kubesphere') return { image: kubesphereImage };
  if (type !== 'rbac') return {};
  return {
    image,
    command: ['armillary', 'notification-manager', 'sidecar'],
    args: ['--host', '127.0.0.1', '--port', String(port)],
  };
}

const listOf = (value: unknown): NonNullable<Container['env']> =>
  Array.isArray(value) ? (value as NonNullable<Container['env']>) : [];
