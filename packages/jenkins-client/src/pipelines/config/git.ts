import type { CloneSpec } from '../source-spec.ts';
import type { GitScmSpec } from '../spec.ts';
import type { Field, FormObject } from './field.ts';
import { group } from './group.ts';
import { flag, optionalNumber, optionalText, text } from './leaves.ts';
import { listOf } from './list.ts';
import { mapped } from './mapped.ts';
import { item, typed } from './places.ts';

const CLONE_OPTION = 'hudson.plugins.git.extensions.impl.CloneOption';

/** How git clones (CloneOption of the git plugin). Read in source, not tried. */
const cloneOption = group<CloneSpec>(
  {
    shallow: flag('shallow'),
    depth: mapped<number | undefined, number | undefined>(
      optionalNumber('depth'),
      (value) => value,
      (value) => (value === 0 || value === 1 ? undefined : value),
    ),
    timeoutMinutes: optionalNumber('timeout'),
    noTags: flag('noTags'),
    honorRefspec: flag('honorRefspec'),
    reference: optionalText('reference'),
  },
  { shallow: false, noTags: false, honorRefspec: false },
);

/** The same as a trait of a branch source. */
export const cloneTrait: Field<CloneSpec | undefined> = item(
  'traits',
  'jenkins.plugins.git.traits.CloneOptionTrait',
  typed('extension', CLONE_OPTION, cloneOption),
  { in: 'list' },
);

interface Remote {
  readonly url: string;
  readonly credentialsId?: string | undefined;
  readonly name?: string | undefined;
  readonly refspec?: string | undefined;
}

const REMOTE = 'hudson.plugins.git.UserRemoteConfig';

const remotes = listOf<Remote>(
  'userRemoteConfigs',
  {
    javaClass: REMOTE,
    inner: group<Remote>({
      url: text('url'),
      credentialsId: optionalText('credentialsId'),
      name: optionalText('name'),
      refspec: optionalText('refspec'),
    }),
  },
  // One remote is all that a specification has: whichever is there is changed.
  () => REMOTE,
);

const branches = listOf<string>(
  'branches',
  { javaClass: 'hudson.plugins.git.BranchSpec', inner: text('name') },
  (branch) => branch,
);

const clone = item('extensions', CLONE_OPTION, cloneOption, { in: 'list' });

/** A git repository with the branch to build (GitSCM of the git plugin). */
export const gitScm: Field<GitScmSpec> = typed(
  'scm',
  'hudson.plugins.git.GitSCM',
  mapped(
    group(
      {
        remotes,
        branches,
        clone: {
          ...clone,
          // Forms have the list although it is empty.
          encode(value: CloneSpec | undefined, form: FormObject) {
            form['extensions'] = [];
            clone.encode(value, form);
          },
        },
      },
      { branches: ['**'] },
      { configVersion: null, doGenerateSubmoduleConfigurations: 'false', submoduleCfg: '' },
    ),
    ({ url, credentialsId, remoteName, refspec, branches = ['**'], clone }: GitScmSpec) => ({
      remotes: [{ url, credentialsId, name: remoteName, refspec }],
      branches,
      clone,
    }),
    gitSpec,
  ),
  { skeleton: { configVersion: '2' } },
);

function gitSpec(stored: {
  remotes: readonly Remote[];
  branches?: readonly string[];
  clone?: CloneSpec | undefined;
}): GitScmSpec {
  const { url = '', name, refspec, credentialsId } = stored.remotes[0] ?? {};
  return {
    type: 'git',
    url,
    ...(credentialsId !== undefined && { credentialsId }),
    ...(name !== undefined && { remoteName: name }),
    ...(refspec !== undefined && { refspec }),
    ...(stored.branches !== undefined && { branches: stored.branches }),
    ...(stored.clone !== undefined && { clone: stored.clone }),
  };
}
