/**
 * The notification manager: takes alerts from Alertmanager, decides who shall be told, and tells them.
 *
 * Purpose: KubeSphere's notification-manager, with receivers that a webhook may name, nothing lost, and an answer to
 * why somebody was not told. Not here: rules that make alerts, inhibition and repetition (Alertmanager's).
 *
 * @packageDocumentation
 */
export { startNotificationManager } from './service/start-notification-manager.ts';
export type {
  NotificationManagerOptions,
  RunningNotificationManager,
} from './service/start-notification-manager.ts';
export { alertsFromEverybody, kubernetesAccess, openAccess, tokenAccess } from './server/access.ts';
export type { Access } from './server/access.ts';
export { fetchTrace } from './server/fetch-trace.ts';
export { fingerprintOf } from './alerts/fingerprint.ts';
export { startSidecar, usualAuthority } from './sidecar/start-sidecar.ts';
export { notificationManagerController } from './operator/operator.ts';
export type { OperatorOptions } from './operator/deployment.ts';
export { notificationKinds } from './kinds/notification-kinds.ts';
export { NotificationError } from './errors.ts';
export { checkSource } from './sources/contract/check-source.ts';
export type { CheckResult } from './sources/contract/check-source.ts';
export type { CheckSourceOptions } from './sources/contract/source-probe.ts';
