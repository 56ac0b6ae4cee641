/** One thing that is wrong with an object: an entry of a Status' `details.causes`. */
export interface Cause {
  /** The machine-readable reason that clients switch on (meta/v1 `CauseType`). */
  reason: string;
  /** The text without the field, `Invalid value: 11: must be less than 10`. */
  message: string;
  /** `spec.containers[0].name`; empty for the object as a whole. */
  field: string;
}
