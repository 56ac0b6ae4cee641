import { Type } from 'typebox';
import { optionalBoolean, optionalInteger, optionalString } from './fields.ts';

/** How many builds to keep, as texts of numbers. */
export const Discarder = Type.Object({ days_to_keep: optionalString, num_to_keep: optionalString });

/** `cron` for a plain pipeline; `interval` in milliseconds for a multi-branch one. */
export const TimerTrigger = Type.Object({ cron: optionalString, interval: optionalString });

const GitCloneOption = Type.Object({
  shallow: optionalBoolean,
  timeout: optionalInteger,
  depth: optionalInteger,
});

const hostedSource = {
  scm_id: optionalString,
  owner: optionalString,
  repo: optionalString,
  credential_id: optionalString,
  api_uri: optionalString,
  // 1: branches that are no pull requests, 2: only branches that are, 3: all.
  discover_branches: optionalInteger,
  // 1: merged with the target, 2: as they are, 3: both.
  discover_pr_from_origin: optionalInteger,
  discover_pr_from_forks: Type.Optional(Type.Object({ strategy: optionalInteger, trust: optionalInteger })),
  discover_tags: optionalBoolean,
  git_clone_option: Type.Optional(GitCloneOption),
  regex_filter: optionalString,
  accept_jenkins_notification: optionalBoolean,
};

/** `spec.multi_branch_pipeline`: where the branches come from. */
export const MultiBranchPipeline = Type.Object({
  name: Type.String(),
  description: optionalString,
  discarder: Type.Optional(Discarder),
  timer_trigger: Type.Optional(TimerTrigger),
  source_type: Type.String({ description: 'svn, git, single_svn, gitlab, github or bitbucket_server' }),
  git_source: Type.Optional(
    Type.Object({
      scm_id: optionalString,
      url: optionalString,
      credential_id: optionalString,
      discover_branches: optionalBoolean,
      discover_tags: optionalBoolean,
      git_clone_option: Type.Optional(GitCloneOption),
      regex_filter: optionalString,
    }),
  ),
  github_source: Type.Optional(Type.Object(hostedSource)),
  gitlab_source: Type.Optional(Type.Object({ ...hostedSource, server_name: optionalString })),
  bitbucket_server_source: Type.Optional(Type.Object(hostedSource)),
  svn_source: Type.Optional(
    Type.Object({
      scm_id: optionalString,
      remote: optionalString,
      credential_id: optionalString,
      includes: optionalString,
      excludes: optionalString,
    }),
  ),
  single_svn_source: Type.Optional(
    Type.Object({ scm_id: optionalString, remote: optionalString, credential_id: optionalString }),
  ),
  script_path: Type.String(),
  multibranch_job_trigger: Type.Optional(
    Type.Object({
      create_action_job_to_trigger: optionalString,
      delete_action_job_to_trigger: optionalString,
    }),
  ),
});
