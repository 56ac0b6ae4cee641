import { StatusError, invalid } from '../status-error.ts';
import type { StatusCause } from '../status-error.ts';

/** The query parameters of list and watch that choose a version. */
export interface VersionQuery {
  watch: boolean;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  continue?: string;
  sendInitialEvents?: boolean;
}

/** Checks the combination as k8s.io/apimachinery's `ValidateListOptions` does; throws a 422. */
export function checkVersionQuery(query: VersionQuery): void {
  const causes: StatusCause[] = [];
  const forbid = (field: string, why: string): number =>
    causes.push({ reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` });
  const { resourceVersion, resourceVersionMatch: match, sendInitialEvents } = query;
  if (query.watch) {
    if (sendInitialEvents === undefined && match) {
      forbid(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    } else if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
      forbid(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      );
    }
  } else {
    if (sendInitialEvents !== undefined) {
      forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
    }
    if (match && !resourceVersion) {
      forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
    } else if (match && query.continue) {
      forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
    } else if (match && match !== 'Exact' && match !== 'NotOlderThan') {
      causes.push({
        reason: 'FieldValueNotSupported',
        field: 'resourceVersionMatch',
        message: `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan"`,
      });
    } else if (match === 'Exact' && resourceVersion === '0') {
      forbid('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    }
  }
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes);
}

/** The number of a resource version; undefined for none. Anything but digits is a 422 as from the real server. */
export function parseResourceVersion(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
    {
      reason: 'FieldValueInvalid',
      field: 'resourceVersion',
      message: `Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    },
  ]);
}

/** 504 for a version that does not exist yet; client-go recognises the cause and lists anew. */
export const tooLargeVersion = (asked: number, current: number): StatusError =>
  new StatusError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
