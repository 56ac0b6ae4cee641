/** How it is known that Jenkins takes a setting the way it is sent. */
export type Evidence =
  /** Sent to a real Jenkins 2.516.2, and its answer and the stored result recorded. */
  | 'recorded'
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
  recorded('inline script'),
  recorded('inline sandbox'),
  recorded('scm scm', 'git'),
  recorded('scm scriptPath'),
  recorded('scm lightweight'),
  source('scm scm.clone', 'CloneOption', 'git'),
  recorded('job description'),
  recorded('job disabled'),
  source('job displayName', 'Job'),
  recorded('job parameters.string'),
  recorded('job parameters.text'),
  recorded('job parameters.boolean'),
  recorded('job parameters.choice'),
  recorded('job parameters.password'),
  source('job parameters.file', 'FileParameterDefinition'),
  source('job parameters.run', 'RunParameterDefinition'),
  source('job parameters.credentials', 'CredentialsParameterDefinition', 'credentials'),
  recorded('job discarder'),
  recorded('job concurrentBuilds'),
  recorded('job triggers.cron'),
  recorded('job triggers.pollScm'),
  source('job triggers.upstream', 'ReverseBuildTrigger'),
  source('job triggers.remoteToken', 'BuildAuthorizationToken'),
  source('job triggers.genericWebhook', 'GenericTrigger', 'generic-webhook-trigger'),
  source('job durability', 'DurabilityHintJobProperty'),
  source('job resumable', 'DisableResumeJobProperty'),
  source('job quietPeriodS', 'WorkflowJob'),
  recorded('multibranch description'),
  recorded('multibranch disabled'),
  source('multibranch displayName', 'AbstractFolder', 'cloudbees-folder'),
  recorded('multibranch scriptPath'),
  recorded('multibranch orphans', 'cloudbees-folder'),
  recorded('multibranch scanIntervalMs', 'cloudbees-folder'),
  source('multibranch branchJobs', 'PipelineTriggerProperty', 'multibranch-action-triggers'),
  recorded('multibranch sources.git', 'git'),
  source('multibranch sources.git.clone', 'CloneOptionTrait', 'git'),
  source('multibranch sources.regexFilter', 'RegexSCMHeadFilterTrait', 'scm-api'),
  source('multibranch sources.wildcardFilter', 'WildcardSCMHeadFilterTrait', 'scm-api'),
  source('multibranch sources.automaticBuilds', 'NoTriggerBranchProperty', 'branch-api'),
  source('multibranch sources.github', 'GitHubSCMSource', 'github-branch-source'),
  source('multibranch sources.gitlab', 'GitLabSCMSource', 'gitlab-branch-source'),
  source('multibranch sources.bitbucket', 'BitbucketSCMSource', 'cloudbees-bitbucket-branch-source'),
  source('multibranch sources.svn', 'SubversionSCMSource', 'subversion'),
  source('multibranch sources.single-svn', 'SingleSCMSource', 'subversion'),
  recorded('folder description', 'cloudbees-folder'),
  recorded('folder displayName', 'cloudbees-folder'),
];

function recorded(setting: string, plugin?: string): SettingEvidence {
  return { setting, evidence: 'recorded', ...(plugin !== undefined && { plugin }) };
}

function source(setting: string, readIn: string, plugin?: string): SettingEvidence {
  return { setting, evidence: 'source', readIn, ...(plugin !== undefined && { plugin }) };
}
