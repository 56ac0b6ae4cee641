import { conditionOf, isTrue, withCondition } from './definition.ts';
import type { Definition, DefinitionCondition, DefinitionNames, DefinitionStatus } from './definition.ts';

/**
 * Decides which of a definition's names it gets: those that no other definition of its group was given before it. The
 * result is the status with `acceptedNames`, `NamesAccepted` and `Established`. A definition is established once all
 * its names were accepted, and stays so. Follows apiextensions' naming and establishing controllers.
 */
export function acceptNames(
  definition: Definition,
  others: readonly Definition[],
  now: string,
): DefinitionStatus {
  const { group, names: wanted } = definition.spec;
  const taken = others
    .filter((other) => other.spec.group === group)
    .map((other) => other.status?.acceptedNames ?? {});
  const resources = new Set(
    taken.flatMap((names) => [names.plural, names.singular, ...(names.shortNames ?? [])]),
  );
  const kinds = new Set(taken.flatMap((names) => [names.kind, names.listKind]));

  const current = definition.status?.acceptedNames ?? {};
  const accepted: Partial<DefinitionNames> = { ...current };
  const conflicts: { reason: string; message: string }[] = [];
  const inUse = (name: string | undefined, own: string | undefined, used: Set<string | undefined>): boolean =>
    name !== own && used.has(name);
  const accept = (
    name: 'plural' | 'singular' | 'kind' | 'listKind',
    used: Set<string | undefined>,
    reason: string,
  ): void => {
    const value = wanted[name];
    if (inUse(value, current[name], used))
      conflicts.push({ reason, message: `${JSON.stringify(value)} is already in use` });
    else if (value !== undefined) Object.assign(accepted, { [name]: value });
  };

  accept('plural', resources, 'PluralConflict');
  accept('singular', resources, 'SingularConflict');
  const clashing = (wanted.shortNames ?? []).filter(
    (name) => !current.shortNames?.includes(name) && resources.has(name),
  );
  if (clashing.length > 0) {
    const texts = clashing.map((name) => `${JSON.stringify(name)} is already in use`);
    conflicts.push({
      reason: 'ShortNamesConflict',
      message: texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`,
    });
  } else copyList('shortNames', wanted, accepted);
  accept('kind', kinds, 'KindConflict');
  accept('listKind', kinds, 'ListKindConflict');
  copyList('categories', wanted, accepted);

  // The last conflict found is the one that is told.
  const conflict = conflicts.at(-1);
  const condition: DefinitionCondition = conflict
    ? { type: 'NamesAccepted', status: 'False', ...conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  const status = withCondition({ ...definition.status, acceptedNames: accepted }, condition, now);
  return establish(status, conflict === undefined, now);
}

function copyList(
  name: 'shortNames' | 'categories',
  from: DefinitionNames,
  to: Partial<DefinitionNames>,
): void {
  const list = from[name];
  if (list && list.length > 0) to[name] = list;
  else delete to[name];
}

function establish(status: DefinitionStatus, namesAccepted: boolean, now: string): DefinitionStatus {
  if (isTrue(status, 'Established')) return status;
  if (namesAccepted) {
    const message = 'the initial names have been accepted';
    return withCondition(
      status,
      { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message },
      now,
    );
  }
  if (conditionOf(status, 'Established')) return status;
  const message = 'not all names are accepted';
  return withCondition(status, { type: 'Established', status: 'False', reason: 'NotAccepted', message }, now);
}
