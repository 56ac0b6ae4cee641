import type { BranchSourceSpec, CloneSpec } from './source-spec.ts';

/**
 * What a pipeline shall be, without a word of Jenkins' own configuration format.
 *
 * One rule for all of it: a setting at the top level that is absent is left as it is (a new pipeline gets the default);
 * one that is given is given whole, and what it leaves out has its default. `null`, `[]`, `{}` or `''` take a setting
 * away. `completeSpec` makes every absent setting explicit, for callers who own all of them.
 */
export type PipelineSpec = InlinePipelineSpec | ScmPipelineSpec | MultibranchPipelineSpec;

/** What every kind of item has. */
export interface ItemSettings {
  /** Shown on the item's page. None by default. */
  readonly description?: string | undefined;
  /** Shown in place of the name; `null` for the name itself, the default. */
  readonly displayName?: string | null | undefined;
  /** A disabled pipeline starts no builds, a disabled multibranch pipeline is not scanned. Default: false. */
  readonly disabled?: boolean | undefined;
}

/** What pipelines with builds of their own have. */
export interface JobSettings extends ItemSettings {
  /** What a start asks for, in this order. None by default. */
  readonly parameters?: readonly ParameterSpec[] | undefined;
  /** Which builds are kept; `null` for all, the default. */
  readonly discarder?: DiscarderSpec | null | undefined;
  /** Whether builds may run side by side; `abort-previous` lets a new one end the one before. Default: true. */
  readonly concurrentBuilds?: boolean | 'abort-previous' | undefined;
  /** What starts builds. Default: nothing. Triggers of kinds not listed here survive. */
  readonly triggers?: TriggersSpec | undefined;
  /** How much of a running build is saved; `null` for the server's setting, the default. */
  readonly durability?: DurabilityHint | null | undefined;
  /** Whether builds go on after a restart of the server. Default: true. */
  readonly resumable?: boolean | undefined;
  /** How long a start waits for others like it, in seconds; `null` for the server's setting, the default. */
  readonly quietPeriodS?: number | null | undefined;
}

/** A pipeline whose script is part of its configuration. */
export interface InlinePipelineSpec extends JobSettings {
  readonly kind: 'inline';
  /** The Jenkinsfile's text. It is kept byte for byte. */
  readonly script: string;
  /** Whether it runs in the Groovy sandbox. Without it, an administrator must approve it. Default: true. */
  readonly sandbox?: boolean | undefined;
}

/** A pipeline whose script comes from a repository. */
export interface ScmPipelineSpec extends JobSettings {
  readonly kind: 'scm';
  readonly scm: GitScmSpec;
  /** The script's path in the repository. Default: `Jenkinsfile`. */
  readonly scriptPath?: string | undefined;
  /** Whether only the script is fetched before the build starts. Default: true. */
  readonly lightweight?: boolean | undefined;
}

/** A folder of pipelines, one for each branch, tag or pull request that has a script. */
export interface MultibranchPipelineSpec extends ItemSettings {
  readonly kind: 'multibranch';
  /** Where branches come from; the first that has a name wins. */
  readonly sources: readonly BranchSourceSpec[];
  /** The script's path in the repository. Default: `Jenkinsfile`. */
  readonly scriptPath?: string | undefined;
  /** How long pipelines of gone branches stay; `null` for ever. By default they go at the next scan. */
  readonly orphans?: OrphansSpec | null | undefined;
  /**
   * Scan again when the last scan is this old, in milliseconds: whole minutes, up to 30 days. `null` for never, the
   * default.
   */
  readonly scanIntervalMs?: number | null | undefined;
  /** Jobs to start when branches come and go (plugin multibranch-action-triggers); `null` for none, the default. */
  readonly branchJobs?: BranchJobsSpec | null | undefined;
}

/** What a start of a build asks for. */
export type ParameterSpec =
  | StringParameterSpec
  | TextParameterSpec
  | BooleanParameterSpec
  | ChoiceParameterSpec
  | PasswordParameterSpec
  | FileParameterSpec
  | RunParameterSpec
  | CredentialsParameterSpec;

interface AnyParameterSpec {
  /** Unique in its pipeline. */
  readonly name: string;
  /** None by default. */
  readonly description?: string | undefined;
}

/** One line of text. */
export interface StringParameterSpec extends AnyParameterSpec {
  readonly type: 'string';
  /** Default: empty. */
  readonly default?: string | undefined;
  /** Whether white space around the value is cut off. Default: false. */
  readonly trim?: boolean | undefined;
}

/** Text of many lines. */
export interface TextParameterSpec extends AnyParameterSpec {
  readonly type: 'text';
  /** Default: empty. */
  readonly default?: string | undefined;
  /** Whether white space around the value is cut off. Default: false. */
  readonly trim?: boolean | undefined;
}

/** True or false. */
export interface BooleanParameterSpec extends AnyParameterSpec {
  readonly type: 'boolean';
  /** Default: false. */
  readonly default?: boolean | undefined;
}

/** One of a list. */
export interface ChoiceParameterSpec extends AnyParameterSpec {
  readonly type: 'choice';
  /** At least one; the first is the default. None holds a line break. */
  readonly choices: readonly string[];
}

/** A secret. Jenkins stores its default encrypted and never tells it. */
export interface PasswordParameterSpec extends AnyParameterSpec {
  readonly type: 'password';
  /** Never read back: absent in what `read` returns. */
  readonly default?: string | undefined;
}

/** An uploaded file; its name is where it is put in the workspace. */
export interface FileParameterSpec extends AnyParameterSpec {
  readonly type: 'file';
}

/** A build of another project. */
export interface RunParameterSpec extends AnyParameterSpec {
  readonly type: 'run';
  /** The full name of the project. */
  readonly project: string;
  /** Which of its builds may be chosen. Default: all. */
  readonly filter?: 'all' | 'completed' | 'successful' | 'stable' | undefined;
}

/** A credential's id (plugin credentials). */
export interface CredentialsParameterSpec extends AnyParameterSpec {
  readonly type: 'credentials';
  /** The Java class of the credentials to choose from. Default: all kinds. */
  readonly credentialType?: string | undefined;
  /** The id of the credential chosen by default. Default: none. */
  readonly default?: string | undefined;
  /** Whether one must be chosen. Default: false. */
  readonly required?: boolean | undefined;
}

/** Which builds are kept. What is absent does not limit. */
export interface DiscarderSpec {
  readonly daysToKeep?: number | undefined;
  readonly buildsToKeep?: number | undefined;
  readonly artifactDaysToKeep?: number | undefined;
  readonly artifactBuildsToKeep?: number | undefined;
}

/** How much of a running build is saved, from fast to safe. */
export type DurabilityHint = 'PERFORMANCE_OPTIMIZED' | 'SURVIVABLE_NONATOMIC' | 'MAX_SURVIVABILITY';

/** What starts builds. */
export interface TriggersSpec {
  /** A schedule in Jenkins' cron syntax, several lines allowed. */
  readonly cron?: string | undefined;
  /** Look for changes in the repository. */
  readonly pollScm?: PollScmSpec | undefined;
  /** Builds of other projects. */
  readonly upstream?: UpstreamSpec | undefined;
  /** `GET|POST …/build?token=` starts without further rights. A secret; `storedSecret` keeps the one that is stored. */
  readonly remoteToken?: string | undefined;
  /** Any webhook (plugin generic-webhook-trigger). */
  readonly genericWebhook?: GenericWebhookSpec | undefined;
}

/** Look for changes in the repository on a schedule. */
export interface PollScmSpec {
  /** In Jenkins' cron syntax; an empty one leaves it to hooks. */
  readonly cron: string;
  /** Whether post-commit hooks are ignored. Default: false. */
  readonly ignoreHooks?: boolean | undefined;
}

/** Start after builds of other projects. */
export interface UpstreamSpec {
  /** Full names, or names relative to the folder. */
  readonly projects: readonly string[];
  /** The worst result that still starts one. Default: `SUCCESS`. */
  readonly threshold?: 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | undefined;
}

/** A webhook whose content becomes variables. */
export interface GenericWebhookSpec {
  /** Tells this pipeline from others when the hook is called. A secret. */
  readonly token?: string | undefined;
  /** The cause shown, with `$variables`. */
  readonly cause?: string | undefined;
  /** Variables from the posted content. */
  readonly variables?: readonly WebhookContentVariable[] | undefined;
  /** Variables from the request's query. */
  readonly requestVariables?: readonly WebhookVariable[] | undefined;
  /** Variables from the request's headers. */
  readonly headerVariables?: readonly WebhookVariable[] | undefined;
  /** Text with `$variables` that `filterExpression` must match. */
  readonly filterText?: string | undefined;
  /** A regular expression; a build starts when it matches `filterText`. */
  readonly filterExpression?: string | undefined;
  /** Print the variables in the build's log. Default: false. */
  readonly printVariables?: boolean | undefined;
  /** Print the posted content in the build's log. Default: false. */
  readonly printPostContent?: boolean | undefined;
  /** Answer without telling what was started. Default: false. */
  readonly silentResponse?: boolean | undefined;
}

/** A variable from a query or header. */
export interface WebhookVariable {
  readonly key: string;
  /** What matches is cut out of the value. Default: nothing. */
  readonly regexpFilter?: string | undefined;
}

/** A variable from posted content. */
export interface WebhookContentVariable extends WebhookVariable {
  /** Where the value is found. */
  readonly expression: string;
  /** How `expression` is read. Default: `JSONPath`. */
  readonly expressionType?: 'JSONPath' | 'XPath' | undefined;
  /** The value when nothing is found. Default: empty. */
  readonly default?: string | undefined;
}

/** A git repository with the branch to build. */
export interface GitScmSpec {
  readonly type: 'git';
  /**
   * Read as empty for a repository of another kind (Subversion, Mercurial). That one is among what is `unmanaged`, and
   * stays when the specification is applied as it was read; any other address replaces it.
   */
  readonly url: string;
  /** The id of a credential in reach of the pipeline. Default: none. */
  readonly credentialsId?: string | undefined;
  /** What to build, such as `*\/main`. Default: any branch. */
  readonly branches?: readonly string[] | undefined;
  /** Default: `origin`. */
  readonly remoteName?: string | undefined;
  /** Default: all branches. */
  readonly refspec?: string | undefined;
  /** How it is cloned; absent for git's own ways. */
  readonly clone?: CloneSpec | undefined;
}

/** How long pipelines of gone branches stay. What is absent does not limit; an empty one removes at once. */
export interface OrphansSpec {
  readonly daysToKeep?: number | undefined;
  readonly branchesToKeep?: number | undefined;
  /** Whether running builds of gone branches are ended. Default: false. */
  readonly abortBuilds?: boolean | undefined;
}

/** Jobs to start when branches come and go: full names, joined by commas. */
export interface BranchJobsSpec {
  readonly onCreate?: string | undefined;
  readonly onDelete?: string | undefined;
  readonly onRunDelete?: string | undefined;
}
