import type { Post, Span, Stage, Step as JenkinsStep } from '@armillary/jenkinsfile';
import type { PipelineTask, Step } from '@armillary/tekton';
import { environmentVariables, extendVariables, type Variables } from './environment.ts';
import { afterSuccessOf, convertPost } from './post.ts';
import type { FidelityReport } from './report.ts';
import { convertStep, type StepContext } from './steps.ts';
import { checkLiteral } from './template.ts';

/** The workspace that all tasks of a run share, as the directory of a Jenkins job. */
export const WORKSPACE = 'source';

/** What all stages of one conversion share. */
export interface StageContext {
  readonly variables: Variables;
  readonly parameters: Variables;
  readonly report: FidelityReport;
  readonly image: string;
}

/** Sections of a stage that are not converted. */
const OTHER_SECTIONS = ['agent', 'when', 'tools', 'options', 'input', 'failFast', 'matrix'] as const;

/** Converts a stage to a pipeline task, or notes why not and gives undefined. */
export function convertStage(
  stage: Stage,
  taskName: string,
  context: StageContext,
): PipelineTask | undefined {
  const { report } = context;
  for (const section of OTHER_SECTIONS) {
    const found = stage[section];
    if (found !== undefined) report.refuse(section, found.span, `${section} of a stage is not converted`);
  }
  for (const section of ['stages', 'parallel'] as const) {
    if (stage[section])
      report.refuse(
        section,
        stage.contentSpan ?? stage.span,
        `stages inside a stage (${section}) are not converted`,
      );
  }
  const named = report.attempt('stage', () => checkLiteral(stage.name, stage.span));
  const variables = extendVariables(
    new Map([...context.variables, ['STAGE_NAME', [stage.name]]]),
    stage.environment,
    context.parameters,
    report,
  );
  const steps = stageSteps(stage.steps ?? [], stage.post, { ...context, variables });
  if (named === undefined || stage.steps === undefined) return undefined;
  report.exact('stage', stage.span);
  return pipelineTask(taskName, stage.name, steps, variables, context.image, stage.span, report);
}

function stageSteps(
  jenkinsSteps: readonly JenkinsStep[],
  post: Post | undefined,
  context: StepContext,
): Step[] {
  const steps: Step[] = [];
  let previous: string | undefined;
  for (const [index, jenkinsStep] of jenkinsSteps.entries()) {
    const name = `${index + 1}-${jenkinsStep.name}`;
    // With a post section the task must go on after an error, so each step looks itself whether the last one succeeded.
    const guard = post === undefined || previous === undefined ? [] : afterSuccessOf(previous);
    const step = convertStep(jenkinsStep, name, guard, context);
    if (step === undefined) continue;
    steps.push(post === undefined ? step : { ...step, onError: 'continue' });
    previous = name;
  }
  if (post === undefined) return steps;
  return [...steps, ...convertPost(post, { steps: previous === undefined ? [] : [previous] }, context)];
}

/** A task of plain steps in the shared workspace with one image and one environment. */
export function pipelineTask(
  name: string,
  displayName: string,
  steps: Step[],
  variables: Variables,
  image: string,
  span: Span,
  report: FidelityReport,
): PipelineTask | undefined {
  const env = report.attempt('environment', () => environmentVariables(variables, span));
  if (env === undefined) return undefined;
  return {
    name,
    displayName,
    timeout: '0',
    workspaces: [{ name: WORKSPACE }],
    taskSpec: {
      workspaces: [{ name: WORKSPACE }],
      stepTemplate: { image, workingDir: `$(workspaces.${WORKSPACE}.path)`, env },
      steps,
    },
  };
}
