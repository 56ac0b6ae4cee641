import type { Cause, ObjectMeta } from '@armillary/resource';
import type { ChannelType } from '../channels/channel-type.ts';

/** An object, or one channel of it, that has no effect, and why. */
export interface LeftOutObject {
  readonly kind: 'NotificationManager' | 'Receiver' | 'Config' | 'Router' | 'Silence';
  readonly name: string;
  /** Absent for the object as a whole. */
  readonly channel?: ChannelType;
  readonly reason: string;
  /** Whether somebody should mend it; false when it is left out on purpose. */
  readonly problem: boolean;
}

/** What has no effect, and why, gathered while objects are read. */
export class LeftOutList {
  readonly objects: LeftOutObject[] = [];

  /** Notes things of one object. */
  of(kind: LeftOutObject['kind'], metadata: ObjectMeta | undefined): LeftOutNotes {
    return new LeftOutNotes(this.objects, kind, metadata?.name ?? '');
  }
}

/** Notes about one object. Each method gives an empty list, for what is left of the object. */
export class LeftOutNotes {
  readonly #objects: LeftOutObject[];
  readonly #kind: LeftOutObject['kind'];
  readonly #name: string;

  constructor(objects: LeftOutObject[], kind: LeftOutObject['kind'], name: string) {
    this.#objects = objects;
    this.#kind = kind;
    this.#name = name;
  }

  /** Something is wrong. */
  wrong(reason: string, channel?: ChannelType): [] {
    return this.#note(reason, true, channel);
  }

  /** Validation found something. Values that it shows may be long, and the reason is copied into traces. */
  invalid(causes: readonly Cause[], channel?: ChannelType): [] {
    return this.wrong(`it is invalid: ${shownCauses(causes)}`, channel);
  }

  /** Validation found something, and everything else of the object counts. */
  withoutEffect(cause: Cause): [] {
    return this.wrong(`a part of it is invalid and has no effect: ${shownCauses([cause])}`);
  }

  /** Somebody turned it off, with the field that is given. */
  disabled(field: string, channel?: ChannelType): [] {
    return this.#note(`it is turned off (${field}: false)`, false, channel);
  }

  #note(reason: string, problem: boolean, channel: ChannelType | undefined): [] {
    const object = { kind: this.#kind, name: this.#name, reason, problem };
    this.#objects.push(channel === undefined ? object : { ...object, channel });
    return [];
  }
}

function shownCauses(causes: readonly Cause[]): string {
  const shown = causes.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return shown.length > 500 ? `${shown.slice(0, 500)}…` : shown;
}
