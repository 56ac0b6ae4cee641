import type {
  BitbucketSourceSpec,
  BranchDiscovery,
  BranchSourceSpec,
  CloneSpec,
  GitHubSourceSpec,
  GitLabSourceSpec,
  PullRequestBuild,
} from '@armillary/jenkins-client';
import type { PipelineSpec } from '../../../kinds/pipeline.ts';
import { InvalidObject } from '../failure.ts';

type MultiBranchPipeline = NonNullable<PipelineSpec['multi_branch_pipeline']>;
type HostedSource = NonNullable<MultiBranchPipeline['gitlab_source']>;
type CloneOption = NonNullable<HostedSource['git_clone_option']>;

/** KubeSphere's numbers; 0 and nothing stand for "none". */
const BRANCHES: Readonly<Record<number, BranchDiscovery>> = {
  1: 'without-pull-requests',
  2: 'only-pull-requests',
  3: 'all',
};
const PULL_REQUESTS: Readonly<Record<number, PullRequestBuild>> = { 1: 'merge', 2: 'head', 3: 'both' };
/** Whose Jenkinsfile is trusted. Jenkins' plugins differ in what they offer, and so do the numbers. */
const GITHUB_TRUST = { 1: 'contributors', 2: 'everyone', 3: 'permission', 4: 'nobody' } as const;
const GITLAB_TRUST = { 1: 'members', 2: 'everyone', 3: 'permission', 4: 'nobody' } as const;
const BITBUCKET_TRUST = { 1: 'everyone', 2: 'team-forks', 3: 'nobody' } as const;

/** Where a multi-branch Pipeline's branches come from. Throws InvalidObject. */
export function branchSource(pipeline: MultiBranchPipeline, sourceId: string): BranchSourceSpec {
  const { source_type: type } = pipeline;
  switch (type) {
    case 'git': {
      const source = present(pipeline.git_source, 'git_source');
      return {
        type: 'git',
        ...identity(source, sourceId),
        url: text(source.url, 'git_source.url'),
        discoverBranches: source.discover_branches === true,
        ...filters(source),
      };
    }
    case 'github':
      return github(present(pipeline.github_source, 'github_source'), sourceId);
    case 'gitlab':
      return gitlab(present(pipeline.gitlab_source, 'gitlab_source'), sourceId);
    case 'bitbucket_server':
      return bitbucket(present(pipeline.bitbucket_server_source, 'bitbucket_server_source'), sourceId);
    case 'svn': {
      const source = present(pipeline.svn_source, 'svn_source');
      return {
        type: 'svn',
        ...identity(source, sourceId),
        url: text(source.remote, 'svn_source.remote'),
        ...(filled(source.includes) && { includes: source.includes }),
        ...(filled(source.excludes) && { excludes: source.excludes }),
      };
    }
    case 'single_svn': {
      const source = present(pipeline.single_svn_source, 'single_svn_source');
      return {
        type: 'single-svn',
        ...identity(source, sourceId),
        url: text(source.remote, 'single_svn_source.remote'),
      };
    }
    default:
      throw new InvalidObject(
        `source_type is "${type}": write git, github, gitlab, bitbucket_server, svn or single_svn.`,
      );
  }
}

function github(source: HostedSource, sourceId: string): GitHubSourceSpec {
  return {
    type: 'github',
    ...identity(source, sourceId),
    owner: text(source.owner, 'github_source.owner'),
    repository: text(source.repo, 'github_source.repo'),
    ...(filled(source.api_uri) && { apiUri: source.api_uri }),
    ...discovery(source),
    discoverForks: forks(source, GITHUB_TRUST),
  };
}

function gitlab(source: HostedSource, sourceId: string): GitLabSourceSpec {
  const owner = text(source.owner, 'gitlab_source.owner');
  const repo = text(source.repo, 'gitlab_source.repo');
  return {
    type: 'gitlab',
    ...identity(source, sourceId),
    // The name that the plugin gives the server gitlab.com.
    serverName: filled(source.server_name) ? source.server_name : 'default',
    owner,
    // The console writes the full path; by hand, people write the project alone.
    projectPath: repo.includes('/') ? repo : `${owner}/${repo}`,
    ...discovery(source),
    discoverForks: forks(source, GITLAB_TRUST),
  };
}

function bitbucket(source: HostedSource, sourceId: string): BitbucketSourceSpec {
  return {
    type: 'bitbucket',
    ...identity(source, sourceId),
    ...(filled(source.api_uri) && { serverUrl: source.api_uri }),
    owner: text(source.owner, 'bitbucket_server_source.owner'),
    repository: text(source.repo, 'bitbucket_server_source.repo'),
    ...discovery(source),
    discoverForks: forks(source, BITBUCKET_TRUST),
  };
}

function identity(
  { scm_id, credential_id }: { scm_id?: string; credential_id?: string },
  sourceId: string,
): { id: string; credentialsId?: string } {
  return {
    id: filled(scm_id) ? scm_id : sourceId,
    ...(filled(credential_id) && { credentialsId: credential_id }),
  };
}

interface Discovery extends Filters {
  discoverBranches: BranchDiscovery | null;
  discoverPullRequests: PullRequestBuild | null;
}

function discovery(source: HostedSource): Discovery {
  return {
    ...filters(source),
    discoverBranches: coded(BRANCHES, source.discover_branches, 'discover_branches'),
    discoverPullRequests: coded(PULL_REQUESTS, source.discover_pr_from_origin, 'discover_pr_from_origin'),
  };
}

/** An unknown number is refused: taking it for the default could trust everybody's Jenkinsfile. */
function forks<Trust extends string>(
  { discover_pr_from_forks: setting }: HostedSource,
  trusts: Readonly<Record<number, Trust>>,
): { build: PullRequestBuild; trust: Trust } | null {
  if (setting === undefined) return null;
  const build = coded(PULL_REQUESTS, setting.strategy, 'discover_pr_from_forks.strategy');
  if (build === null) return null;
  const trust = coded(trusts, setting.trust, 'discover_pr_from_forks.trust');
  if (trust === null) throw new InvalidObject('discover_pr_from_forks.trust is missing.');
  return { build, trust };
}

function coded<T>(meanings: Readonly<Record<number, T>>, code: number | undefined, field: string): T | null {
  if (code === undefined || code === 0) return null;
  const meaning = meanings[code];
  if (meaning !== undefined) return meaning;
  throw new InvalidObject(`${field} is ${code}: write one of ${Object.keys(meanings).join(', ')}.`);
}

interface Filters {
  discoverTags: boolean;
  regexFilter?: string;
  clone?: CloneSpec;
}

function filters(source: {
  discover_tags?: boolean;
  regex_filter?: string;
  git_clone_option?: CloneOption;
}): Filters {
  return {
    discoverTags: source.discover_tags === true,
    ...(filled(source.regex_filter) && { regexFilter: source.regex_filter }),
    ...(source.git_clone_option !== undefined && { clone: clone(source.git_clone_option) }),
  };
}

function clone({ shallow, depth = 0, timeout = 0 }: CloneOption): CloneSpec {
  return {
    shallow: shallow === true,
    ...(depth > 0 && { depth }),
    ...(timeout > 0 && { timeoutMinutes: timeout }),
    noTags: false,
    honorRefspec: true,
  };
}

function present<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new InvalidObject(`${field} is missing, which source_type names.`);
  return value;
}

function text(value: string | undefined, field: string): string {
  if (filled(value)) return value;
  throw new InvalidObject(`${field} is missing.`);
}

function filled(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
