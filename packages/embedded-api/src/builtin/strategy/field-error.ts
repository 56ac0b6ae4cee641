import type { StatusCause } from '../../status-error.ts';

const shown = (value: unknown): string =>
  typeof value === 'string' || (value !== null && typeof value === 'object')
    ? JSON.stringify(value)
    : String(value);

/** The field is missing. (Texts of all of these: `k8s.io/apimachinery/pkg/util/validation/field`.) */
export const required = (field: string, detail = ''): StatusCause => ({
  reason: 'FieldValueRequired',
  field,
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
});

/** The value is not acceptable for the reason given. */
export const invalidValue = (field: string, value: unknown, detail: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${shown(value)}: ${detail}`,
});

/** The value is none of a fixed set. */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): StatusCause => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(', ')}`,
});

/** The value must be unique and is there already. */
export const duplicate = (field: string, value: unknown, detail = ''): StatusCause => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${shown(value)}${detail === '' ? '' : `: ${detail}`}`,
});

/** The value names something that is not there. */
export const notThere = (field: string, value: unknown): StatusCause => ({
  reason: 'FieldValueNotFound',
  field,
  message: `Not found: ${shown(value)}`,
});

/** The field may not be set, or not be changed, now. */
export const forbiddenField = (field: string, detail: string): StatusCause => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${detail}`,
});

/** The value has more bytes than allowed. */
export const tooLong = (field: string, most: number): StatusCause => ({
  reason: 'FieldValueTooLong',
  field,
  message: `Too long: may not be more than ${most} bytes`,
});

/** The field keeps the value it was created with. */
export const immutable = (field: string, value: unknown): StatusCause =>
  invalidValue(field, value, 'field is immutable');
