import {
  controllerOf,
  coreV1,
  watchOf,
  type ControllerDefinition,
  type ControllerManager,
  type KubeObject,
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
    reconcile: async ({ name }, { apply }) => {
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
      await apply(serviceOf(object, options));
      await apply(deploymentOf(object, options));
    },
  };
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
