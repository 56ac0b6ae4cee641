import type { Pipeline, Post, Span } from '@armillary/jenkinsfile';
import type { PipelineRunSpec, PipelineTask } from '@armillary/tekton';
import { extendVariables, type Variables } from './environment.ts';
import { parameterValues, readParameters, type ParameterDeclaration } from './parameters.ts';
import { convertPost } from './post.ts';
import { FidelityReport, type Fidelity } from './report.ts';
import { convertStage, pipelineTask, WORKSPACE, type StageContext } from './stage.ts';
import { taskNames } from './task-names.ts';
import { checkLiteral, escapeExpansion, type Template } from './template.ts';

/** What a conversion needs to know beside the Jenkinsfile. */
export interface ConversionInput {
  /** The full name of the job, as JOB_NAME: `project/pipeline`. */
  readonly jobName: string;
  /** The number of the run, from 1. */
  readonly buildNumber: number;
  /** Values of parameters by name. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Parameters that the job declares beside those of the Jenkinsfile, which win. */
  readonly declarations?: readonly ParameterDeclaration[];
  /** The image of `agent any`; `debian:stable-slim` unless told. */
  readonly image?: string;
  /** The size of the shared workspace where it is a volume claim; `1Gi` unless told. */
  readonly workspaceSize?: string;
}

/** A converted pipeline. */
export interface Conversion {
  /** Every construct with how it is carried over, in the order of the text. */
  readonly report: readonly Fidelity[];
  /** The specification of a tekton.dev/v1 PipelineRun; absent when anything was refused. */
  readonly spec?: PipelineRunSpec;
}

const POST_TASK = 'post-actions';
const STATUS_PARAM = 'tasks-status';
const OTHER_SECTIONS = ['tools', 'options', 'triggers', 'libraries'] as const;

/**
 * Converts a Declarative pipeline and the parameters of one run to plain Tekton.
 * It never guesses: what is not understood is refused by name and line, and then there is no `spec`.
 * Throws UnknownParameterError for a parameter that the pipeline does not have.
 */
export function convertToTekton(pipeline: Pipeline, input: ConversionInput): Conversion {
  const report = new FidelityReport();
  const image = input.image ?? 'debian:stable-slim';
  reportSections(pipeline, report, image);
  const declared = readParameters(pipeline.parameters, report);
  const names = new Set(declared.map(({ name }) => name));
  const declarations = [...declared, ...(input.declarations ?? []).filter(({ name }) => !names.has(name))];
  const parameters: Variables = new Map(
    declarations.map(({ name }) => [name, [{ variable: `params.${name}` }]]),
  );
  const variables = extendVariables(
    new Map([...builtInVariables(input), ...parameters]),
    pipeline.environment,
    parameters,
    report,
  );
  const context: StageContext = { variables, parameters, report, image };
  const tasks = convertStages(pipeline, context);
  const post = pipeline.post && convertPipelinePost(pipeline.post, context);
  if (report.refused) return { report: report.entries };
  const values = parameterValues(declarations, input.parameters ?? {});
  report.attempt('parameters', () => {
    for (const value of values.values()) checkLiteral(value, pipeline.parameters?.span ?? pipeline.span);
  });
  if (report.refused) return { report: report.entries };
  return { report: report.entries, spec: runSpec(input, declarations, values, tasks, post) };
}

function reportSections(pipeline: Pipeline, report: FidelityReport, image: string): void {
  for (const span of pipeline.outerCode)
    report.refuse('Groovy code', span, 'code outside of the pipeline block is not converted');
  for (const section of OTHER_SECTIONS) {
    for (const { name, span } of pipeline[section]?.directives ?? [])
      report.refuse(`${section} ${name}`, span, `${section} are not converted`);
  }
  const { agent } = pipeline;
  if (agent?.type === 'any')
    report.approximate(
      'agent',
      agent.span,
      `steps run in the image ${image}, not on a node of Jenkins; variables that name that server or node (JENKINS_URL, BUILD_URL, NODE_NAME) are not set`,
    );
  else
    report.refuse(
      'agent',
      agent?.span ?? pipeline.span,
      `agent ${agent?.type ?? ''} is not converted, only agent any`,
    );
}

function builtInVariables({ jobName, buildNumber }: ConversionInput): [string, Template][] {
  const number = String(buildNumber);
  return [
    ['CI', ['true']],
    ['BUILD_NUMBER', [number]],
    ['BUILD_ID', [number]],
    ['BUILD_DISPLAY_NAME', [`#${number}`]],
    ['BUILD_TAG', [`jenkins-${jobName.replaceAll('/', '-')}-${number}`]],
    ['JOB_NAME', [jobName]],
    ['JOB_BASE_NAME', [jobName.slice(jobName.lastIndexOf('/') + 1)]],
    ['WORKSPACE', [{ variable: `workspaces.${WORKSPACE}.path` }]],
  ];
}

function convertStages(pipeline: Pipeline, context: StageContext): PipelineTask[] {
  const names = taskNames(
    pipeline.stages.map(({ name }) => name),
    [POST_TASK],
  );
  const tasks: PipelineTask[] = [];
  for (const [index, stage] of pipeline.stages.entries()) {
    const task = convertStage(stage, names[index] ?? '', context);
    const previous = tasks.at(-1)?.name;
    if (task) tasks.push(previous === undefined ? task : { ...task, runAfter: [previous] });
  }
  return tasks;
}

function convertPipelinePost(post: Post, context: StageContext): PipelineTask | undefined {
  const { report, image } = context;
  const { span }: { span: Span } = post;
  report.approximate(
    'post',
    span,
    'it does not run when the run is stopped; Jenkins runs its always condition then',
  );
  const title = 'Declarative: Post Actions';
  const variables: Variables = new Map([...context.variables, ['STAGE_NAME', [title]]]);
  const steps = convertPost(
    post,
    { steps: [], stagesStatus: `$(params.${STATUS_PARAM})` },
    { ...context, variables },
  );
  const task = pipelineTask(POST_TASK, title, steps, variables, image, span, report);
  if (task?.taskSpec === undefined) return undefined;
  return {
    ...task,
    params: [{ name: STATUS_PARAM, value: '$(tasks.status)' }],
    taskSpec: { ...task.taskSpec, params: [{ name: STATUS_PARAM }] },
  };
}

function runSpec(
  input: ConversionInput,
  declarations: readonly ParameterDeclaration[],
  values: ReadonlyMap<string, string>,
  tasks: PipelineTask[],
  post: PipelineTask | undefined,
): PipelineRunSpec {
  const params = declarations.map(({ name, description }) => ({
    name,
    type: 'string',
    ...(description !== undefined && { description }),
  }));
  return {
    ...(params.length > 0 && {
      params: params.map(({ name }) => ({ name, value: escapeExpansion(values.get(name) ?? '') })),
    }),
    pipelineSpec: {
      ...(params.length > 0 && { params }),
      workspaces: [{ name: WORKSPACE }],
      tasks,
      ...(post && { finally: [post] }),
    },
    // Jenkins sets no limit of time unless the Jenkinsfile does.
    timeouts: { pipeline: '0' },
    workspaces: [
      {
        name: WORKSPACE,
        volumeClaimTemplate: {
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: input.workspaceSize ?? '1Gi' } },
          },
        },
      },
    ],
  };
}
