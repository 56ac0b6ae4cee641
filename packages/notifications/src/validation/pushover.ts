import { invalid, type Cause } from '@armillary/resource';
import type { PushoverReceiver } from '../kinds/receiver-channels.ts';
import { choiceCauses } from './text.ts';

/** The sounds that Pushover's API documents; devices may have others, which it does not take by name. */
const sounds = (
  'pushover bike bugle cashregister classical cosmic falling gamelan incoming intermission magic mechanical pianobar ' +
  'siren spacealarm tugboat alien climb persistent echo updown vibrate none'
).split(' ');
const device = /^[A-Za-z0-9_-]{1,25}$/u;

/** What Pushover's API would refuse of one user's settings. */
export const profileCauses = (profile: PushoverReceiver['profiles'][number], field: string): Cause[] => [
  ...(profile.devices ?? [])
    .filter((name) => !device.test(name))
    .map((name) => invalid(`${field}.devices`, name, 'must be 1 to 25 characters of [A-Za-z0-9_-]')),
  ...choiceCauses(profile.sound, `${field}.sound`, sounds),
];
