import { configKind } from './config.ts';
import { notificationManagerKind } from './notification-manager.ts';
import { receiverSourceKind } from './receiver-source.ts';
import { receiverKind } from './receiver.ts';
import { routerKind } from './router.ts';
import { silenceKind } from './silence.ts';

/** The kinds that the notification manager reads: upstream's five, and the sources of receivers. */
export const notificationKinds = [
  configKind,
  notificationManagerKind,
  receiverKind,
  receiverSourceKind,
  routerKind,
  silenceKind,
] as const;
