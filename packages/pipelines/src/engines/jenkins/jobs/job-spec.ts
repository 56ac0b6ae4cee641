import type {
  DiscarderSpec,
  InlinePipelineSpec,
  MultibranchPipelineSpec,
  TriggersSpec,
  WebhookVariable,
} from '@armillary/jenkins-client';
import type { PipelineSpec } from '../../../kinds/pipeline.ts';
import { branchSource } from './branch-source.ts';
import { InvalidObject } from '../failure.ts';
import { jobParameters } from './job-parameters.ts';

type PlainPipeline = NonNullable<PipelineSpec['pipeline']>;
type MultiBranchPipeline = NonNullable<PipelineSpec['multi_branch_pipeline']>;

/**
 * The job that a Pipeline asks for. Pure. A setting that KubeSphere's Pipeline has is given, also when it is absent
 * there, unless a Jenkinsfile can make it as well: parameters, discarder, and no builds side by side. Those, and settings
 * it does not have, are left to whoever makes them. `sourceId` stands in for a missing `scm_id`, and must stay the same.
 * Throws InvalidObject.
 */
export function jobSpec(spec: PipelineSpec, sourceId: string): InlinePipelineSpec | MultibranchPipelineSpec {
  if (spec.type === 'pipeline') return plainJob(required(spec.pipeline, 'spec.pipeline'));
  if (spec.type === 'multi-branch-pipeline')
    return multiBranchJob(required(spec.multi_branch_pipeline, 'spec.multi_branch_pipeline'), sourceId);
  throw new InvalidObject(`spec.type is "${spec.type}": write pipeline or multi-branch-pipeline.`);
}

function required<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw new InvalidObject(`${path} is missing.`);
  return value;
}

function plainJob(pipeline: PlainPipeline): InlinePipelineSpec {
  if ((pipeline.parameters_from ?? []).length > 0)
    throw new InvalidObject('spec.pipeline.parameters_from is not supported: list the parameters.');
  // Empty lists and false come from KubeSphere's programs as absent fields, and so mean the same.
  const { parameters = [] } = pipeline;
  return {
    kind: 'inline',
    script: pipeline.jenkinsfile ?? '',
    sandbox: true,
    description: pipeline.description ?? '',
    disabled: false,
    ...(parameters.length > 0 && { parameters: jobParameters(parameters) }),
    ...(pipeline.discarder !== undefined && { discarder: discarder(pipeline.discarder) }),
    ...(pipeline.disable_concurrent === true && { concurrentBuilds: false }),
    triggers: triggers(pipeline),
  };
}

function multiBranchJob(pipeline: MultiBranchPipeline, sourceId: string): MultibranchPipelineSpec {
  const { discarder: limits, multibranch_job_trigger: jobs } = pipeline;
  const { daysToKeep, buildsToKeep } = limits === undefined ? {} : discarder(limits);
  const onCreate = jobs?.create_action_job_to_trigger ?? '';
  const onDelete = jobs?.delete_action_job_to_trigger ?? '';
  return {
    kind: 'multibranch',
    sources: [branchSource(pipeline, sourceId)],
    scriptPath: pipeline.script_path === '' ? 'Jenkinsfile' : pipeline.script_path,
    description: pipeline.description ?? '',
    disabled: false,
    // Without limits KubeSphere keeps gone branches for ever.
    orphans:
      limits === undefined
        ? null
        : {
            ...(daysToKeep !== undefined && { daysToKeep }),
            ...(buildsToKeep !== undefined && { branchesToKeep: buildsToKeep }),
          },
    scanIntervalMs: scanInterval(pipeline.timer_trigger?.interval),
    branchJobs:
      onCreate === '' && onDelete === ''
        ? null
        : { ...(onCreate !== '' && { onCreate }), ...(onDelete !== '' && { onDelete }) },
  };
}

/** `-1` and nothing both mean no limit, to KubeSphere as to Jenkins. */
function discarder(limits: NonNullable<PlainPipeline['discarder']>): DiscarderSpec {
  const daysToKeep = wholeNumber(limits.days_to_keep, 'discarder.days_to_keep');
  const buildsToKeep = wholeNumber(limits.num_to_keep, 'discarder.num_to_keep');
  return {
    ...(daysToKeep !== undefined && daysToKeep > 0 && { daysToKeep }),
    ...(buildsToKeep !== undefined && buildsToKeep > 0 && { buildsToKeep }),
  };
}

function scanInterval(interval: string | undefined): number | null {
  const ms = wholeNumber(interval, 'timer_trigger.interval');
  return ms === undefined || ms <= 0 ? null : ms;
}

function wholeNumber(text: string | undefined, field: string): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return undefined;
  if (/^-?\d{1,15}$/.test(trimmed)) return Number(trimmed);
  throw new InvalidObject(`${field} is "${trimmed.slice(0, 40)}": write a whole number.`);
}

function triggers({ timer_trigger, remote_trigger, generic_webhook }: PlainPipeline): TriggersSpec {
  const cron = timer_trigger?.cron ?? '';
  const remoteToken = remote_trigger?.token ?? '';
  return {
    ...(cron !== '' && { cron }),
    ...(remoteToken !== '' && { remoteToken }),
    ...(generic_webhook?.enable === true && { genericWebhook: genericWebhook(generic_webhook) }),
  };
}

function genericWebhook(
  hook: NonNullable<PlainPipeline['generic_webhook']>,
): NonNullable<TriggersSpec['genericWebhook']> {
  const text = (name: string, value: string | undefined): Record<string, string> =>
    value === undefined || value === '' ? {} : { [name]: value };
  return {
    ...text('token', hook.token),
    ...text('cause', hook.cause),
    ...text('filterText', hook.filter_text),
    ...text('filterExpression', hook.filter_expression),
    requestVariables: webhookVariables(hook.request_variables),
    headerVariables: webhookVariables(hook.header_variables),
    printVariables: hook.print_variables === true,
    printPostContent: hook.print_post_content === true,
  };
}

function webhookVariables(
  variables: readonly { key?: string; regexp_filter?: string }[] = [],
): WebhookVariable[] {
  return variables.map(({ key, regexp_filter = '' }) => {
    if (key === undefined || key === '')
      throw new InvalidObject('A variable of generic_webhook has no key: give it one.');
    return { key, ...(regexp_filter !== '' && { regexpFilter: regexp_filter }) };
  });
}
