import type { InlinePipelineSpec, TriggersSpec } from '@armillary/jenkins-client';

/** The settings that a Jenkinsfile makes as well, by `parameters` and `options`, and what each is when nobody does. */
const OFF = {
  parameters: [],
  discarder: null,
  concurrentBuilds: true,
} as const satisfies Partial<InlinePipelineSpec>;

/**
 * The job that a Pipeline asks for, with what somebody else set up: by hand in Jenkins, or in the Jenkinsfile, whose
 * settings Jenkins writes into the job with every build. Whose a setting is cannot be seen in Jenkins, so those that came
 * from the Pipeline last time are remembered: one of those goes when the Pipeline names it no longer, and all else stays.
 * `present` are the triggers that the job has, and `managed` is what {@link managedSettings} gave last time.
 */
export function withForeign(
  wanted: InlinePipelineSpec,
  present: TriggersSpec | undefined,
  managed: string,
): InlinePipelineSpec {
  const ours = new Set(managed.split(','));
  const dropped = Object.entries(OFF).filter(([name]) => ours.has(name));
  const foreign = Object.entries(present ?? {}).filter(([kind]) => !ours.has(kind));
  return {
    ...Object.fromEntries(dropped),
    ...wanted,
    triggers: { ...Object.fromEntries(foreign), ...wanted.triggers },
  };
}

/** The settings that a Pipeline names, and the kinds of its triggers, as text. */
export function managedSettings(wanted: InlinePipelineSpec): string {
  const settings = Object.keys(OFF).filter((name) => Object.hasOwn(wanted, name));
  return [...settings, ...Object.keys(wanted.triggers ?? {})].toSorted().join(',');
}
