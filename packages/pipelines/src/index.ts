export { convertToTekton, type Conversion, type ConversionInput } from './convert/convert.ts';
export { UnknownParameterError, type ParameterDeclaration } from './convert/parameters.ts';
export type { Fidelity } from './convert/report.ts';
export { ENGINES, type Engine } from './engines/engine.ts';
export type { StageState } from './engines/stage-state.ts';
export { jenkinsAnnotation } from './engines/jenkins/metadata.ts';
export { answerInput, buildOfRun, runLog } from './engines/jenkins/run-actions.ts';
export type { JenkinsEngineOptions } from './engines/jenkins/options.ts';
export type { TektonEngineOptions } from './engines/tekton/start-run.ts';
export { pipelinesControllers, type PipelinesOptions } from './controllers/controllers.ts';
export { devopsKinds } from './kinds/devops-kinds.ts';
export { devopsProjectKind, type DevOpsProject } from './kinds/devops-project.ts';
export * from './kinds/metadata.ts';
export {
  pipelineRunKind,
  type PipelineRun,
  type RunCondition,
  type RunPhase,
  type RunStatus,
} from './kinds/pipeline-run.ts';
export { pipelineKind, type Pipeline, type PipelineSpec } from './kinds/pipeline.ts';
export { NamedRun } from './runs/named-run.ts';
export { repeatOf } from './runs/repeat-of.ts';
export { RunError } from './runs/run-error.ts';
export { engineOf, hasEnded, toldBy } from './runs/run-facts.ts';
export { stopRun } from './runs/stop-run.ts';
export { LogOutput, type LineOrigin } from './run-log/log-output.ts';
export { printRunLog } from './run-log/print-run-log.ts';
export type { RunLogOptions } from './run-log/run-log-options.ts';
