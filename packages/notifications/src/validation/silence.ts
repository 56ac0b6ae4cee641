import { invalid, type Cause } from '@armillary/resource';
import { silenceKind } from '../kinds/silence.ts';
import { selectorCauses } from '../selector/selector.ts';
import { parseCronSchedule } from './cron-schedule.ts';
import { durationCauses } from './go-duration.ts';
import { validateObject } from './object.ts';

/** What is wrong with a Silence. */
export const validateSilence = (object: unknown): Cause[] =>
  validateObject(silenceKind, object, ({ matcher, schedule, duration }) => [
    ...selectorCauses(matcher, 'spec.matcher'),
    ...(schedule ? scheduleCauses(schedule, 'spec.schedule') : []),
    ...durationCauses(duration, 'spec.duration'),
  ]);

function scheduleCauses(schedule: string, field: string): Cause[] {
  try {
    parseCronSchedule(schedule);
    return [];
  } catch (error) {
    return [invalid(field, schedule, (error as Error).message)];
  }
}
