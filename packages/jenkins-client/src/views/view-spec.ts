import { InvalidError } from '../errors.ts';

/** A list view, as a whole. */
export interface ViewSpec {
  readonly description?: string | undefined;
  /** Items below the view's folder: names, or with `recurse` paths of names joined by `/`. */
  readonly jobs?: readonly string[] | undefined;
  /** Also shows every item whose name (with `recurse`: path) matches this Java pattern as a whole. */
  readonly pattern?: string | undefined;
  /** Whether items of folders below are shown, too. */
  readonly recurse?: boolean | undefined;
  /** Only enabled, or only disabled items. */
  readonly status?: 'enabled' | 'disabled' | undefined;
  /** Java classes of columns; those of a new view in Jenkins unless given. */
  readonly columns?: readonly string[] | undefined;
  /** Only shows the queue's items, and only the executors, that concern the view's items. */
  readonly filterQueue?: boolean | undefined;
  readonly filterExecutors?: boolean | undefined;
}

const standardColumns = [
  'StatusColumn',
  'WeatherColumn',
  'JobColumn',
  'LastSuccessColumn',
  'LastFailureColumn',
  'LastDurationColumn',
  'BuildButtonColumn',
].map((name) => `hudson.views.${name}`);

/**
 * The form of a list view. Jenkins reads columns and flags from its JSON (older ones read the flags from fields), but the
 * pattern, the status and the names of items from fields of their own. Columns and the pattern are recorded; names and
 * status are read in the source of Jenkins (ListView.submit), not tried.
 */
export function encodeView(name: string, spec: ViewSpec): Readonly<Record<string, string>> {
  const { description = '', jobs = [], pattern, recurse = false, status } = spec;
  if (pattern === '') throw new InvalidError('An empty pattern matches no item: leave it out.');
  const statusFilter = status === undefined ? '' : status === 'enabled' ? '1' : '2';
  const json = {
    name,
    description,
    filterQueue: spec.filterQueue ?? false,
    filterExecutors: spec.filterExecutors ?? false,
    recurse,
    ...(pattern !== undefined && { useincluderegex: { includeRegex: pattern } }),
    statusFilter,
    columns: (spec.columns ?? standardColumns).map((type) => ({ 'stapler-class': type, $class: type })),
    jobFilters: [],
  };
  return {
    name,
    description,
    ...(spec.filterQueue === true && { filterQueue: 'on' }),
    ...(spec.filterExecutors === true && { filterExecutors: 'on' }),
    json: JSON.stringify(json),
    ...(pattern !== undefined && { useincluderegex: 'on', includeRegex: pattern }),
    ...(recurse && { recurse: 'on' }),
    ...(statusFilter !== '' && { statusFilter }),
    ...Object.fromEntries(jobs.map((job) => [`item_${job}`, 'on'])),
  };
}
