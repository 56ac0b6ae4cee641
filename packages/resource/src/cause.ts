import { goJson, goNumber, goQuote } from './go-text.ts';

/** One thing that is wrong with an object: an entry of a Status' `details.causes`. */
export interface Cause {
  /** The machine-readable reason that clients switch on (meta/v1 `CauseType`). */
  reason: string;
  /** The text without the field, `Invalid value: 11: must be less than 10`. */
  message: string;
  /** `spec.containers[0].name`; `<nil>` for the object as a whole, as the Go server writes it. */
  field: string;
}

const withDetail = (text: string, detail: string): string => (detail ? `${text}: ${detail}` : text);
const shown = (value: unknown): string => {
  if (typeof value === 'string') return goQuote(value);
  return typeof value === 'number' ? goNumber(value) : goJson(value);
};

// The factories follow k8s.io/apimachinery's `util/validation/field`, one for each of its error types.

/** A value that breaks a rule; it is shown in the message. */
export const invalid = (field: string, value: unknown, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: withDetail(`Invalid value: ${shown(value)}`, detail),
  field,
});

/** A value of a wrong type or format. */
export const typeInvalid = (field: string, value: unknown, detail: string): Cause => ({
  ...invalid(field, value, detail),
  reason: 'FieldValueTypeInvalid',
});

/** A field that must be there. */
export const required = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: withDetail('Required value', detail),
  field,
});

/** A field that must not be there, or not be set so. */
export const forbidden = (field: string, detail: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: withDetail('Forbidden', detail),
  field,
});

/** A value outside an enumeration. */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: withDetail(
    `Unsupported value: ${shown(value)}`,
    supported.length > 0 ? `supported values: ${supported.map(goQuote).join(', ')}` : '',
  ),
  field,
});

/** A value that stands twice where it may stand once. */
export const duplicate = (field: string, value: unknown): Cause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${shown(value)}`,
  field,
});

/** A string longer than `max`. The server counts characters and says bytes. */
export const tooLong = (field: string, max: number): Cause => ({
  reason: 'FieldValueTooLong',
  message: `Too long: may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`,
  field,
});

/** A list or map with more than `max` entries. */
export const tooMany = (field: string, actual: number, max: number): Cause => ({
  reason: 'FieldValueTooMany',
  message: `Too many: ${actual}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`,
  field,
});
