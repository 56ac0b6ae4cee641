import type { KubeObject } from '../../object.ts';

/** One entry of a namespace's `status.conditions`. */
export interface NamespaceCondition {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
  lastTransitionTime: string;
}

/** What is left in a namespace of one kind of resource. */
export interface Remainder {
  /** `pods.` or `widgets.example.com`: resource and group, as messages show them. */
  resource: string;
  objects: readonly KubeObject[];
}

const finalizerCounts = (remainders: readonly Remainder[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { objects } of remainders)
    for (const { metadata } of objects)
      for (const finalizer of metadata.finalizers ?? [])
        counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  return counts;
};

const list = (counts: Iterable<[string, number]>, word: string): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${what} ${word} ${count} resource instances`)
    .join(', ');

/**
 * The conditions that explain why a namespace is still there, in the words of
 * kubernetes/pkg/controller/namespace/deletion. `failures` are messages of deletions that were refused. A condition
 * that says the same as in `current` keeps its time.
 */
export const deletionConditions = (
  current: readonly NamespaceCondition[],
  remainders: readonly Remainder[],
  failures: readonly string[],
  now: string,
): NamespaceCondition[] => {
  const remain = remainders.map(({ resource, objects }): [string, number] => [resource, objects.length]);
  const finalizers = finalizerCounts(remainders);
  const condition = (
    type: string,
    [trueReason, trueMessage]: [string, string],
    [falseReason, falseMessage]: [string, string],
    holds: boolean,
  ): NamespaceCondition => {
    const next = {
      type,
      status: holds ? ('True' as const) : ('False' as const),
      reason: holds ? trueReason : falseReason,
      message: holds ? trueMessage : falseMessage,
    };
    const known = current.find((other) => other.type === type);
    return { ...next, lastTransitionTime: known?.status === next.status ? known.lastTransitionTime : now };
  };
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      ['', ''],
      ['ResourcesDiscovered', 'All resources successfully discovered'],
      false,
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      ['', ''],
      ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
      false,
    ),
    condition(
      'NamespaceDeletionContentFailure',
      [
        'ContentDeletionFailed',
        `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
      ],
      ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
      failures.length > 0,
    ),
    condition(
      'NamespaceContentRemaining',
      ['SomeResourcesRemain', `Some resources are remaining: ${list(remain, 'has')}`],
      ['ContentRemoved', 'All content successfully removed'],
      remain.length > 0,
    ),
    condition(
      'NamespaceFinalizersRemaining',
      [
        'SomeFinalizersRemain',
        `Some content in the namespace has finalizers remaining: ${list(finalizers, 'in')}`,
      ],
      ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
      finalizers.size > 0,
    ),
  ];
};
