import { coreV1, type ControllerDefinition, type ControllerManager } from '@armillary/kube';
import { notificationManagerKind, type NotificationManager } from '../kinds/notification-manager.ts';
import {
  deploymentOf,
  deploymentType,
  runsThisProgram,
  serviceOf,
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
    owns: [deploymentType, coreV1.services],
    reconcile: async ({ name }, { apply }) => {
      const object = informer.get(name);
      if (!object || object.metadata.deletionTimestamp) return;
      const sharesStore = (object.spec?.env ?? []).some(
        (variable) => variable['name'] === 'ARMILLARY_NOTIFICATION_STORE_URL',
      );
      if ((object.spec?.replicas ?? 1) > 1 && runsThisProgram(object, options) && !sharesStore) {
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
