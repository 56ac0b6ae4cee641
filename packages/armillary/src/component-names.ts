/** The parts that `armillary controller --components` can run. */
export const componentNames = ['pipelines', 'tekton-runner', 'node-lb', 'notification-operator'] as const;

/** One of {@link componentNames}. */
export type ComponentName = (typeof componentNames)[number];
