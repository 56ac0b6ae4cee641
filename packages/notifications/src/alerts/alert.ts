/** How Go writes the time that is not set: the end of an alert that nobody knows. */
export const noTime = '0001-01-01T00:00:00Z';

/** One alert, in the shape that Alertmanager's webhook gives it (payload version 4). Labels and annotations are never null. */
export interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339 as received, with up to nanoseconds. */
  readonly startsAt: string;
  /** RFC 3339; `noTime` while the end is not known. */
  readonly endsAt: string;
  /** Where the alert comes from; empty when the sender did not say. */
  readonly generatorURL: string;
  /** 16 hexadecimal digits over the labels, as Alertmanager computes them. */
  readonly fingerprint: string;
}

/** What makes two alerts the same event: a second one with the same key is a repetition of the first. */
export function alertKey(alert: Alert): string {
  return `${alert.fingerprint}/${alert.startsAt}/${alert.status}`;
}
