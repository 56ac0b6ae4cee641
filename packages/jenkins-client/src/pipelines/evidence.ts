/** How it is known that Jenkins takes a setting the way it is sent. */
export type Evidence =
  /** Sent to a real Jenkins 2.516.2, whose stored result was looked at. */
  | 'tried'
  /** Read in the source of Jenkins or of the plugin; not tried on a server. Reading back tells when it is not so. */
  | 'source';

/** What stands behind one setting of a specification. */
export interface SettingEvidence {
  /** The kind of pipeline and the path of the setting, such as `job triggers.cron` or `multibranch sources.github`. */
  readonly setting: string;
  readonly evidence: Evidence;
  /** The plugin that brings it, beside workflow-job and workflow-cps or workflow-multibranch. */
  readonly plugin?: string;
  /** The Java class that takes it, where only the source was read. */
  readonly readIn?: string;
}

/** Every setting of a specification, for the compatibility report. */
export const settingEvidence: readonly SettingEvidence[] = [
  tried('inline script'),
  tried('inline sandbox'),
  tried('scm scm', 'git'),
  tried('scm scriptPath'),
  tried('scm lightweight'),
  source('scm scm.clone', 'CloneOption', 'git'),
  tried('job description'),
  tried('job disabled'),
  source('job displayName', 'Job'),
  tried('job parameters.string'),
  tried('job parameters.text'),
  tried('job parameters.boolean'),
  tried('job parameters.choice'),
  tried('job parameters.password'),
  source('job parameters.file', 'FileParameterDefinition'),
  source('job parameters.run', 'RunParameterDefinition'),
  source('job parameters.credentials', 'CredentialsParameterDefinition', 'credentials'),
  tried('job discarder'),
  tried('job concurrentBuilds'),
  tried('job triggers.cron'),
  tried('job triggers.pollScm'),
  source('job triggers.upstream', 'ReverseBuildTrigger'),
  source('job triggers.remoteToken', 'BuildAuthorizationToken'),
  source('job triggers.genericWebhook', 'GenericTrigger', 'generic-webhook-trigger'),
  source('job durability', 'DurabilityHintJobProperty'),
  source('job resumable', 'DisableResumeJobProperty'),
  source('job quietPeriodS', 'WorkflowJob'),
  tried('multibranch description'),
  tried('multibranch disabled'),
  source('multibranch displayName', 'AbstractFolder', 'cloudbees-folder'),
  tried('multibranch scriptPath'),
  tried('multibranch orphans', 'cloudbees-folder'),
  tried('multibranch scanIntervalMs', 'cloudbees-folder'),
  source('multibranch branchJobs', 'PipelineTriggerProperty', 'multibranch-action-triggers'),
  tried('multibranch sources.git', 'git'),
  source('multibranch sources.git.clone', 'CloneOptionTrait', 'git'),
  source('multibranch sources.regexFilter', 'RegexSCMHeadFilterTrait', 'scm-api'),
  source('multibranch sources.wildcardFilter', 'WildcardSCMHeadFilterTrait', 'scm-api'),
  source('multibranch sources.automaticBuilds', 'NoTriggerBranchProperty', 'branch-api'),
  source('multibranch sources.github', 'GitHubSCMSource', 'github-branch-source'),
  source('multibranch sources.gitlab', 'GitLabSCMSource', 'gitlab-branch-source'),
  source('multibranch sources.bitbucket', 'BitbucketSCMSource', 'cloudbees-bitbucket-branch-source'),
  source('multibranch sources.svn', 'SubversionSCMSource', 'subversion'),
  source('multibranch sources.single-svn', 'SingleSCMSource', 'subversion'),
  tried('folder description', 'cloudbees-folder'),
  tried('folder displayName', 'cloudbees-folder'),
];

function tried(setting: string, plugin?: string): SettingEvidence {
  return { setting, evidence: 'tried', ...(plugin !== undefined && { plugin }) };
}

function source(setting: string, readIn: string, plugin?: string): SettingEvidence {
  return { setting, evidence: 'source', readIn, ...(plugin !== undefined && { plugin }) };
}
