import type {
  BitbucketSourceSpec,
  BranchDiscovery,
  BranchSourceSpec,
  ForkDiscovery,
  GitHubSourceSpec,
  GitLabSourceSpec,
  GitSourceSpec,
  PullRequestBuild,
  SvnSourceSpec,
  WildcardFilterSpec,
} from '../source-spec.ts';
import type { XmlElement } from '../../xml/element.ts';
import { ConflictError } from '../../errors.ts';
import { Reading, type Field } from './field.ts';
import { cloneTrait } from './git.ts';
import { group, isSame } from './group.ts';
import { childFor, known, nothing, optionalText, text, word } from './leaves.ts';
import { mapped, orNull, presence } from './mapped.ts';
import { item } from './places.ts';
import { singleSvn } from './svn.ts';

/** The Java class and the settings of a type of source. */
export interface SourceKind {
  readonly type: BranchSourceSpec['type'];
  readonly javaClass: string;
  readonly settings: Field<object>;
}

function trait<T>(javaClass: string, inner: Field<T>, renamed = javaClass): Field<T | undefined> {
  return item('traits', javaClass, inner, { in: 'list', renamed });
}

const BUILDS: Readonly<Record<PullRequestBuild, string>> = { merge: '1', head: '2', both: '3' };
const DISCOVERIES: Readonly<Record<BranchDiscovery, string>> = {
  'without-pull-requests': '1',
  'only-pull-requests': '2',
  all: '3',
};

/** Filters by name, in every source that knows branches. */
const filters = {
  clone: cloneTrait,
  regexFilter: trait('jenkins.scm.impl.trait.RegexSCMHeadFilterTrait', text('regex')),
  wildcardFilter: trait(
    'jenkins.scm.impl.trait.WildcardSCMHeadFilterTrait',
    group<WildcardFilterSpec>(
      { includes: text('includes'), excludes: text('excludes') },
      { includes: '*', excludes: '' },
    ),
  ),
};

const common = { id: text('id'), credentialsId: optionalText('credentialsId') };

/**
 * A trait of a git source. Files of versions before git 3.4 have none, and say it in another way, which is read.
 * Jenkins translates such a file when it loads it, and not once there are traits (GitSCMSource.readResolve), so it is
 * refused to add some: ConflictError.
 */
function beforeTraits<T>(field: Field<T>, old: (source: XmlElement, reading: Reading) => T): Field<T> {
  const isOld = (source: XmlElement | undefined): source is XmlElement =>
    source?.child('remote') !== undefined && source.child('traits') === undefined;
  return {
    ...field,
    read: (holder, reading) => (isOld(holder) ? old(holder, reading) : field.read(holder, reading)),
    patch(holder, value, patching) {
      if (isOld(holder) && !isSame(old(holder, new Reading()), value)) {
        throw new ConflictError(
          `The source ${holder.child('id')?.text ?? ''} is stored as old versions of the git plugin did. Save the item once in Jenkins, or apply with mode "replace".`,
        );
      }
      field.patch(holder, value, patching);
    },
  };
}

function oldWildcards(source: XmlElement, reading: Reading): WildcardFilterSpec | undefined {
  const includes = reading.child(source, 'includes')?.text ?? '*';
  const excludes = reading.child(source, 'excludes')?.text ?? '';
  if (includes === '*' && excludes === '') return undefined;
  return { ...(includes !== '*' && { includes }), ...(excludes !== '' && { excludes }) };
}

const git = group<Omit<GitSourceSpec, 'type' | 'automaticBuilds'>>(
  {
    ...common,
    clone: beforeTraits(filters.clone, () => undefined),
    regexFilter: beforeTraits(filters.regexFilter, () => undefined),
    wildcardFilter: beforeTraits(filters.wildcardFilter, oldWildcards),
    url: text('remote'),
    discoverBranches: beforeTraits(
      presence(trait('jenkins.plugins.git.traits.BranchDiscoveryTrait', nothing)),
      () => true,
    ),
    discoverTags: beforeTraits(
      presence(trait('jenkins.plugins.git.traits.TagDiscoveryTrait', nothing)),
      () => false,
    ),
  },
  { discoverBranches: true, discoverTags: false },
);

/** What the hosted sources have in common: the traits of each stand in a package of their own. */
function hosted<Trust extends string>(
  traits: { branches: string; origin: string; forks: string; tags: string },
  trust: Readonly<Record<Trust, string>>,
  absentTrust: NoInfer<Trust>,
  renamed: (javaClass: string) => string = (javaClass) => javaClass,
) {
  return {
    ...common,
    ...filters,
    discoverBranches: orNull(
      trait(traits.branches, word('strategyId', DISCOVERIES, 'all'), renamed(traits.branches)),
    ),
    discoverPullRequests: orNull(
      trait(traits.origin, word('strategyId', BUILDS, 'merge'), renamed(traits.origin)),
    ),
    discoverForks: orNull(
      trait(
        traits.forks,
        group<ForkDiscovery<Trust>>(
          {
            build: word('strategyId', BUILDS, 'merge'),
            trust: trustField(traits.forks, trust, absentTrust, renamed(traits.forks)),
          },
          {},
          // What newer versions of gitlab-branch-source store beside, as long as nobody set it.
          { buildMRForksNotMirror: 'false' },
        ),
        renamed(traits.forks),
      ),
    ),
    discoverTags: presence(trait(traits.tags, nothing, renamed(traits.tags))),
  };
}

/** Whose pull requests are trusted: an empty object of a class inside the trait's. */
function trustField<Trust extends string>(
  trait: string,
  names: Readonly<Record<Trust, string>>,
  absent: Trust,
  renamed: string,
): Field<Trust> {
  const nameOf = (element: XmlElement): string | undefined => {
    const [outer, name] = element.attribute('class')?.split('$') ?? [];
    return outer === trait || outer === renamed ? name : undefined;
  };
  return {
    encode(value, form) {
      form['trust'] = { 'stapler-class': `${renamed}$${names[value]}` };
    },
    read: (holder, reading) => known(names, holder?.child('trust'), nameOf, reading) ?? absent,
    patch(holder, value) {
      const child = childFor(holder, 'trust');
      if (nameOf(child) !== names[value]) child.attributes = ` class="${trait}$${names[value]}"`;
    },
  };
}

/** What absent settings of a hosted source stand for. */
const HOSTED_DEFAULTS = {
  discoverBranches: 'all',
  discoverPullRequests: null,
  discoverForks: null,
  discoverTags: false,
} as const;

const GITHUB = 'org.jenkinsci.plugins.github_branch_source.';
const GITHUB_API = 'https://api.github.com';

const github = group<Omit<GitHubSourceSpec, 'type' | 'automaticBuilds'>>(
  {
    ...hosted(
      {
        branches: `${GITHUB}BranchDiscoveryTrait`,
        origin: `${GITHUB}OriginPullRequestDiscoveryTrait`,
        forks: `${GITHUB}ForkPullRequestDiscoveryTrait`,
        tags: `${GITHUB}TagDiscoveryTrait`,
      },
      {
        contributors: 'TrustContributors',
        everyone: 'TrustEveryone',
        permission: 'TrustPermission',
        nobody: 'TrustNobody',
      },
      'nobody',
    ),
    owner: {
      ...text('repoOwner'),
      // The constructor asks which way the form went: by owner and name, or by address.
      encode: (value, form) =>
        void Object.assign(form, { repoOwner: value, configuredByUrl: false, repositoryUrl: '' }),
    },
    repository: text('repository'),
    apiUri: text('apiUri', 'apiUri', GITHUB_API),
  },
  { ...HOSTED_DEFAULTS, apiUri: GITHUB_API },
  { repositoryUrl: null, configuredByUrl: 'false' },
);

const GITLAB = 'io.jenkins.plugins.gitlabbranchsource.';

const gitlab = group<Omit<GitLabSourceSpec, 'type' | 'automaticBuilds'>>(
  {
    ...hosted(
      {
        branches: `${GITLAB}BranchDiscoveryTrait`,
        origin: `${GITLAB}OriginMergeRequestDiscoveryTrait`,
        forks: `${GITLAB}ForkMergeRequestDiscoveryTrait`,
        tags: `${GITLAB}TagDiscoveryTrait`,
      },
      {
        members: 'TrustMembers',
        everyone: 'TrustEveryone',
        permission: 'TrustPermission',
        nobody: 'TrustNobody',
      },
      'nobody',
    ),
    serverName: text('serverName'),
    owner: text('projectOwner'),
    projectPath: text('projectPath'),
  },
  HOSTED_DEFAULTS,
  // What the plugin found out about the project.
  { sshRemote: null, httpRemote: null, projectId: null, projectName: null },
);

const BITBUCKET = 'com.cloudbees.jenkins.plugins.bitbucket.';
const BITBUCKET_CLOUD = 'https://bitbucket.org';

const bitbucket = group<Omit<BitbucketSourceSpec, 'type' | 'automaticBuilds'>>(
  {
    ...hosted(
      {
        branches: `${BITBUCKET}BranchDiscoveryTrait`,
        origin: `${BITBUCKET}OriginPullRequestDiscoveryTrait`,
        forks: `${BITBUCKET}ForkPullRequestDiscoveryTrait`,
        tags: `${BITBUCKET}TagDiscoveryTrait`,
      },
      { everyone: 'TrustEveryone', 'team-forks': 'TrustTeamForks', nobody: 'TrustNobody' },
      'nobody',
      // Moved in April 2025 (BitbucketPlugin.aliases). Older plugins do not know the new names, which forms need.
      (javaClass) => javaClass.replace(BITBUCKET, `${BITBUCKET}trait.`),
    ),
    serverUrl: text('serverUrl', 'serverUrl', BITBUCKET_CLOUD),
    owner: text('repoOwner'),
    repository: text('repository'),
  },
  { ...HOSTED_DEFAULTS, serverUrl: BITBUCKET_CLOUD },
);

const SVN_INCLUDES = 'trunk,branches/*,tags/*,sandbox/*';

const svn = group<Omit<SvnSourceSpec, 'type' | 'automaticBuilds'>>(
  {
    ...common,
    // The plugin adds a slash to the address.
    url: mapped<string, string>(text('remoteBase'), withSlash, (stored) => stored.replace(/\/$/, '')),
    includes: text('includes', 'includes', SVN_INCLUDES),
    excludes: text('excludes'),
  },
  { includes: SVN_INCLUDES, excludes: '' },
);

function withSlash(url: string): string {
  return `${url.replace(/\/$/, '')}/`;
}

function kind<T extends object>(
  type: BranchSourceSpec['type'],
  javaClass: string,
  settings: Field<T>,
): SourceKind {
  return { type, javaClass, settings };
}

/** Every type of source. All but git are read in the sources of their plugins, not tried on a server. */
export const SOURCE_KINDS: readonly SourceKind[] = [
  kind('git', 'jenkins.plugins.git.GitSCMSource', git),
  kind('github', `${GITHUB}GitHubSCMSource`, github),
  kind('gitlab', `${GITLAB}GitLabSCMSource`, gitlab),
  kind('bitbucket', `${BITBUCKET}BitbucketSCMSource`, bitbucket),
  kind('svn', 'jenkins.scm.impl.subversion.SubversionSCMSource', svn),
  kind('single-svn', 'jenkins.scm.impl.SingleSCMSource', singleSvn),
];
