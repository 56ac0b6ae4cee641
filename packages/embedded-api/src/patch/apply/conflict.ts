import { StatusError } from '../../status-error.ts';
import { paths } from './field-set.ts';
import type { Manager } from './managed-fields.ts';
import type { Overlap } from './ownership.ts';
import { formatPath } from './path-element.ts';

const describe = ({ manager, subresource, operation, apiVersion }: Manager): string => {
  const name =
    JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
};

const message = (conflicts: { manager: string; field: string }[]): string => {
  const [first] = conflicts;
  if (conflicts.length === 1 && first)
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.field}`;
  const lines = Map.groupBy(conflicts, ({ manager }) => manager)
    .entries()
    .flatMap(([manager, own]) => [`conflicts with ${manager}:`, ...own.map(({ field }) => `- ${field}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${[...lines].join('\n')}`;
};

/** 409 for an apply that would change fields of others: one cause per field, texts as in kube-apiserver. */
export const applyConflict = (overlaps: readonly Overlap[]): StatusError => {
  const conflicts = overlaps.flatMap(({ manager, set }) =>
    paths(set).map((path) => ({ manager: describe(manager), field: formatPath(path) })),
  );
  return new StatusError({
    code: 409,
    reason: 'Conflict',
    message: message(conflicts),
    details: {
      causes: conflicts.map(({ manager, field }) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${manager}`,
        field,
      })),
    },
  });
};
