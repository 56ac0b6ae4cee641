import { parseTime, type GoValue, type Instant } from '@armillary/go-template';

/** A time of an alert, with its nanoseconds and offset; Go's zero time for what is none. */
export function templateTime(text: string): GoValue<Instant> {
  try {
    return parseTime(text.toUpperCase());
  } catch {
    // Alerts are checked when they come in: what is left is a time that no calendar has, the 45th of February.
    return parseTime('0001-01-01T00:00:00Z');
  }
}
