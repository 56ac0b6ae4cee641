/** Why a pipeline task does not run: the words of Tekton's `skippedTasks[].reason`. */
export const skipReason = {
  when: 'When Expressions evaluated to false',
  parent: 'Parent Tasks were skipped',
  stopping: 'PipelineRun was stopping',
  gracefullyCancelled: 'PipelineRun was gracefully cancelled',
  gracefullyStopped: 'PipelineRun was gracefully stopped',
  missingResults: 'Results were missing',
  pipelineTimeout: 'PipelineRun timeout has been reached',
  tasksTimeout: 'PipelineRun Tasks timeout has been reached',
  finallyTimeout: 'PipelineRun Finally timeout has been reached',
  emptyMatrix: 'Matrix Parameters have an empty array',
} as const;

/** One of the reasons. */
export type SkipReason = (typeof skipReason)[keyof typeof skipReason];
