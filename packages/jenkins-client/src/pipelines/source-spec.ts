/** Where the branches of a multibranch pipeline come from. */
export type BranchSourceSpec =
  | GitSourceSpec
  | GitHubSourceSpec
  | GitLabSourceSpec
  | BitbucketSourceSpec
  | SvnSourceSpec
  | SingleSvnSourceSpec;

interface AnySourceSpec {
  /** Tells the sources of one pipeline apart; it must stay the same, or all branches are built anew. */
  readonly id: string;
  /** The id of a credential in reach of the pipeline. Default: none. */
  readonly credentialsId?: string | undefined;
  /** Whether scans and events start builds. Default: true. */
  readonly automaticBuilds?: boolean | undefined;
}

interface FilteredSourceSpec extends AnySourceSpec {
  /** Whether tags become pipelines. Default: false. */
  readonly discoverTags?: boolean | undefined;
  /** How branches are cloned; absent for git's own ways. */
  readonly clone?: CloneSpec | undefined;
  /** A regular expression of Java that a name must match as a whole. Default: any name. */
  readonly regexFilter?: string | undefined;
  /** Names with `*`, separated by spaces. Default: any name. */
  readonly wildcardFilter?: WildcardFilterSpec | undefined;
}

/** Which names are taken, by wildcards. */
export interface WildcardFilterSpec {
  /** Default: `*`. */
  readonly includes?: string | undefined;
  /** Default: none. */
  readonly excludes?: string | undefined;
}

/** How git clones. */
export interface CloneSpec {
  /** Default: false. */
  readonly shallow?: boolean | undefined;
  /** Commits of history of a shallow clone; 0 stands for Jenkins' default of 1. */
  readonly depth?: number | undefined;
  /** Minutes for clone and fetch; absent for Jenkins' default of 10. */
  readonly timeoutMinutes?: number | undefined;
  /** Default: false. */
  readonly noTags?: boolean | undefined;
  /** Whether the first clone fetches the refspec only. Default: false. */
  readonly honorRefspec?: boolean | undefined;
  /** A path on the agent to share objects with. Default: none. */
  readonly reference?: string | undefined;
}

/** Any git repository. */
export interface GitSourceSpec extends FilteredSourceSpec {
  readonly type: 'git';
  readonly url: string;
  /** Whether branches become pipelines. Default: true. */
  readonly discoverBranches?: boolean | undefined;
}

/** Which branches become pipelines, seen beside the pull requests from them. */
export type BranchDiscovery = 'without-pull-requests' | 'only-pull-requests' | 'all';

/** What of a pull request is built: the merge with its target, its head as it is, or both. */
export type PullRequestBuild = 'merge' | 'head' | 'both';

/** Pull requests from forks: what is built, and whose Jenkinsfile is trusted. */
export interface ForkDiscovery<Trust extends string> {
  readonly build: PullRequestBuild;
  readonly trust: Trust;
}

interface HostedSourceSpec<Trust extends string> extends FilteredSourceSpec {
  /** Default: `all`; `null` for no branches. */
  readonly discoverBranches?: BranchDiscovery | null | undefined;
  /** Pull requests from branches of the same repository. Default: none. */
  readonly discoverPullRequests?: PullRequestBuild | null | undefined;
  /** Pull requests from forks. Default: none. */
  readonly discoverForks?: ForkDiscovery<Trust> | null | undefined;
}

/** A repository on GitHub (plugin github-branch-source). */
export interface GitHubSourceSpec extends HostedSourceSpec<
  'contributors' | 'everyone' | 'permission' | 'nobody'
> {
  readonly type: 'github';
  readonly owner: string;
  readonly repository: string;
  /** The API of a GitHub Enterprise server known to Jenkins. Default: github.com. */
  readonly apiUri?: string | undefined;
}

/** A project on GitLab (plugin gitlab-branch-source). */
export interface GitLabSourceSpec extends HostedSourceSpec<'members' | 'everyone' | 'permission' | 'nobody'> {
  readonly type: 'gitlab';
  /** The name of a GitLab server known to Jenkins. */
  readonly serverName: string;
  /** A user or group. */
  readonly owner: string;
  /** The full path, with the group: `group/project`. */
  readonly projectPath: string;
}

/** A repository on Bitbucket, in the cloud or on a server (plugin cloudbees-bitbucket-branch-source). */
export interface BitbucketSourceSpec extends HostedSourceSpec<'everyone' | 'team-forks' | 'nobody'> {
  readonly type: 'bitbucket';
  /** The address of a server known to Jenkins. Default: `https://bitbucket.org`. */
  readonly serverUrl?: string | undefined;
  /** A user, workspace or project key. */
  readonly owner: string;
  readonly repository: string;
}

/** Branches of a Subversion repository (plugin subversion). */
export interface SvnSourceSpec extends AnySourceSpec {
  readonly type: 'svn';
  readonly url: string;
  /** Paths with `*`, separated by commas. Default: `trunk,branches/*,tags/*,sandbox/*`. */
  readonly includes?: string | undefined;
  /** Paths with `*`, separated by commas. Default: none. */
  readonly excludes?: string | undefined;
}

/** One folder of a Subversion repository as the only branch (plugin subversion). */
export interface SingleSvnSourceSpec extends AnySourceSpec {
  readonly type: 'single-svn';
  readonly url: string;
  /** The name of the branch's pipeline. Default: `master`. */
  readonly branchName?: string | undefined;
}
