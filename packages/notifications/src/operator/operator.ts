import {
  controllerOf,
  coreV1,
  hasCode,
  isNotFound,
  watchOf,
  type ControllerDefinition,
  type ControllerManager,
  type KubeObject,
  type ResourceClient,
  type ResourceType,
  type WatchDefinition,
} from '@armillary/kube';
import { notificationManagerKind, type NotificationManager } from '../kinds/notification-manager.ts';
import {
  deploymentOf,
  deploymentType,
  ownLabel,
  runsThisProgram,
  serviceOf,
  sharesStore,
  type OperatorOptions,
} from './deployment.ts';

/**
 * The operator role: keeps a Deployment and a Service for each NotificationManager, with the names that upstream's
 * operator gives them. They are owned by the object, so that they go with it.
 */
export function notificationManagerController(
  manager: ControllerManager,
  options: OperatorOptions,
): ControllerDefinition<NotificationManager> {
  const informer = manager.informer<NotificationManager>(notificationManagerKind);
  const events = manager.recorder('notification-manager-operator');
  return {
    name: 'notification-manager',
    for: notificationManagerKind,
    watches: [owned(deploymentType, options), owned(coreV1.services, options)],
    reconcile: async ({ name }, { client, signal }) => {
      const object = informer.get(name);
      if (!object || object.metadata.deletionTimestamp) return;
      if ((object.spec?.replicas ?? 1) > 1 && runsThisProgram(object, options) && !sharesStore(object)) {
        events.event(
          object,
          'Warning',
          'StoreNotShared',
          'each replica keeps its own alerts: set ARMILLARY_NOTIFICATION_STORE_URL in spec.env to a PostgreSQL',
        );
      }
      try {
        await write(client.resource(coreV1.services), serviceOf(object, options), signal);
        await write(client.resource(deploymentType), deploymentOf(object, options), signal);
      } catch (error) {
        // Whoever wrote the object sees it there; the log is somebody else's.
        if (hasCode(error, 'Invalid', 'Forbidden')) {
          events.event(object, 'Warning', 'PodsRefused', (error as Error).message);
        }
        throw error;
      }
    },
  };
}

/**
 * Creates an object, or brings one that is there to what is wanted. Not by server-side apply, which leaves what the
 * server filled in of a part that is gone: half a probe, which no server takes.
 */
async function write<T extends KubeObject & { spec?: object }>(
  resource: ResourceClient<T>,
  wanted: T,
  signal: AbortSignal,
): Promise<void> {
  const { name = '', namespace, labels, ownerReferences } = wanted.metadata;
  const found = await resource.get(name, { namespace, signal }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (!found) {
    await resource.create(wanted, { signal });
    return;
  }
  const metadata = { ...found.metadata, labels: { ...found.metadata.labels, ...labels }, ownerReferences };
  // The server sees when nothing is different, and then nothing is written.
  await resource.update({ ...found, metadata, spec: { ...found.spec, ...wanted.spec } }, { signal });
}

/** What was made of the objects, looked for only where it is made: no right elsewhere is needed. */
function owned<T extends KubeObject>(type: ResourceType<T>, { namespace }: OperatorOptions): WatchDefinition {
  return watchOf({
    type,
    select: { namespace, labelSelector: ownLabel },
    map: (object: T) => {
      const owner = controllerOf(object);
      return owner?.kind === notificationManagerKind.kind ? [{ namespace: '', name: owner.name }] : [];
    },
  });
}
