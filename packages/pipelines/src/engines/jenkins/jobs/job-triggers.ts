import type { TriggersSpec } from '@armillary/jenkins-client';

/**
 * The triggers that a job shall have: those of its Pipeline, and those that somebody set up in Jenkins. Which is which
 * cannot be seen in Jenkins, so the kinds that came from the Pipeline last time are remembered: one of those goes when
 * the Pipeline names it no longer. `managed` is what {@link managedTriggers} gave then.
 */
export function jobTriggers(
  wanted: TriggersSpec,
  present: TriggersSpec | undefined,
  managed: string,
): TriggersSpec {
  const ours = new Set(managed.split(','));
  const foreign = Object.entries(present ?? {}).filter(([kind]) => !ours.has(kind));
  return { ...Object.fromEntries(foreign), ...wanted };
}

/** The kinds of triggers that a Pipeline names, as text. */
export function managedTriggers(wanted: TriggersSpec): string {
  return Object.keys(wanted).toSorted().join(',');
}
