import type { StatusCause } from '../status-error.ts';
import { badRequest, invalid } from '../status-error.ts';
import type { CallOptions, DeleteOptions, ListOptions, WriteOptions } from './operation-types.ts';
import { isTrue } from './request-info.ts';

const validations = new Set(['Strict', 'Warn', 'Ignore']);
const policies = new Set(['Background', 'Foreground', 'Orphan']);

const notSupported = (field: string, value: string, supported: Iterable<string>): StatusCause => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${[...supported].map((v) => `"${v}"`).join(', ')}`,
});

/** Reads the query of a write; `kind` names the options in errors. Throws a 422 for values that make no sense. */
export function writeOptions(query: URLSearchParams, call: CallOptions, kind: string): WriteOptions {
  const causes: StatusCause[] = [];
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  for (const value of dryRun) if (value !== 'All') causes.push(notSupported('dryRun', value, ['All']));
  const validation = query.get('fieldValidation') || 'Warn';
  if (!validations.has(validation)) causes.push(notSupported('fieldValidation', validation, validations));
  const fieldManager = query.get('fieldManager') ?? '';
  if (fieldManager.length > 128) {
    causes.push({
      reason: 'FieldValueTooLong',
      field: 'fieldManager',
      message: 'Too long: may not be more than 128 bytes',
    });
  }
  const unprintable = /\p{C}/u.exec(fieldManager);
  if (unprintable) {
    causes.push({
      reason: 'FieldValueInvalid',
      field: 'fieldManager',
      message: `Invalid value: ${JSON.stringify(fieldManager)}: invalid character ${codePoint(unprintable[0])} (at position ${unprintable.index})`,
    });
  }
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', causes);
  return {
    ...call,
    dryRun: dryRun.length > 0,
    fieldValidation: validation as 'Strict' | 'Warn' | 'Ignore',
    ...(fieldManager ? { fieldManager } : {}),
  };
}

/** As Go's `%#U` prints characters that cannot be shown. */
const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Who writes when the client names no field manager: the first word of its User-Agent. */
export const managerFromUserAgent = (header: string | undefined): string =>
  (header ?? '')
    .split('/')[0]!
    .replaceAll(/[^\x20-\x7e]/g, '')
    .slice(0, 128);

/** Reads the query of a list, watch or deletecollection. Throws a 400. */
export function listOptions(query: URLSearchParams, call: CallOptions): ListOptions {
  const options: ListOptions = { ...call };
  const text = (name: string): string | undefined => query.get(name) || undefined;
  const limit = text('limit');
  if (limit !== undefined) {
    if (!/^-?\d+$/.test(limit))
      throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`);
    options.limit = Number(limit);
  }
  const given = {
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    continue: text('continue'),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: text('resourceVersionMatch'),
  };
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) Object.assign(options, { [name]: value });
  return options;
}

/** `timeoutSeconds` in milliseconds, if given. Throws a 400. */
export function timeoutMs(query: URLSearchParams): number | undefined {
  const text = query.get('timeoutSeconds');
  if (!text) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text) > 0 ? Number(text) * 1000 : undefined;
}

/** Merges the body of a DELETE (`DeleteOptions`) with its query. Throws a 400 or 422. */
export function deleteOptions(body: unknown, query: URLSearchParams, call: CallOptions): DeleteOptions {
  if (body !== undefined && (typeof body !== 'object' || body === null)) {
    throw badRequest('the body of the request is not a DeleteOptions object');
  }
  const given = (body ?? {}) as Record<string, unknown>;
  const { kind } = given;
  if (kind !== undefined && kind !== '' && kind !== 'DeleteOptions') {
    throw badRequest(`${JSON.stringify(kind)} in the body cannot be handled as DeleteOptions`);
  }
  const grace = given['gracePeriodSeconds'] ?? numberOf(query.get('gracePeriodSeconds'));
  const policy = given['propagationPolicy'] ?? (query.get('propagationPolicy') || undefined);
  const orphan = given['orphanDependents'] ?? booleanOf(query.get('orphanDependents'));
  const dryRun = [...((given['dryRun'] as unknown[] | undefined) ?? []), ...query.getAll('dryRun')].filter(
    Boolean,
  );
  const causes: StatusCause[] = [];
  if (policy !== undefined && !policies.has(policy as string)) {
    causes.push(
      notSupported('propagationPolicy', typeof policy === 'string' ? policy : typeof policy, [
        ...policies,
        'nil',
      ]),
    );
  }
  if (policy !== undefined && orphan !== undefined) {
    causes.push({
      reason: 'FieldValueInvalid',
      field: 'propagationPolicy',
      message: `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set`,
    });
  }
  for (const value of dryRun)
    if (value !== 'All') causes.push(notSupported('dryRun', String(value), ['All']));
  if (grace !== undefined && !Number.isInteger(grace))
    throw badRequest('gracePeriodSeconds must be an integer');
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', causes);
  const preconditions = given['preconditions'] as DeleteOptions['preconditions'] | null | undefined;
  return {
    ...call,
    dryRun: dryRun.length > 0,
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace as number }),
    ...(policy === undefined ? {} : { propagationPolicy: policy as 'Background' }),
    ...(orphan === undefined ? {} : { orphanDependents: orphan === true }),
    ...(preconditions ? { preconditions } : {}),
  };
}

const numberOf = (text: string | null): number | undefined => (text ? Number(text) : undefined);
const booleanOf = (text: string | null): boolean | undefined => (text ? isTrue(text) : undefined);
