import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import { described, duration, emptyStatus, notificationKind, optionalBoolean, v2beta2 } from './fields.ts';
import { LabelSelector } from './label-selector.ts';

const SilenceSpec = Type.Object({
  enabled: optionalBoolean,
  matcher: LabelSelector,
  startsAt: Type.Optional(Type.String({ format: 'date-time' })),
  schedule: described('In cron format: every time starts the silence anew; startsAt is not used then.'),
  duration: duration('How long it holds; for ever when absent.'),
});
/** Alerts that nobody is told of, at times or always. */
export type SilenceSpec = Static<typeof SilenceSpec>;

/** notification.kubesphere.io/v2beta2 Silence, upstream's. */
export const silenceKind = defineKind({
  ...notificationKind,
  kind: 'Silence',
  plural: 'silences',
  versions: [{ ...v2beta2, schema: Type.Object({ spec: Type.Optional(SilenceSpec), status: emptyStatus }) }],
});

/** An object of {@link silenceKind}. */
export type Silence = KindObject<typeof silenceKind>;
