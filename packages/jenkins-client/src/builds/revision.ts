import { objectOf, objectsOf, textOf, textsOf, type JsonObject } from '../json-shape.ts';

/** What a build checked out with git. */
export interface BuildRevision {
  /** The commit, as 40 or 64 hex digits. */
  readonly commit: string;
  /** The branches that git found it on, such as `main` or `refs/remotes/origin/main`. */
  readonly branches: readonly string[];
  /** The repositories it came from. */
  readonly remotes: readonly string[];
}

/**
 * The revision in an action of a build: the git plugin's `BuildData`. Other sources put nothing into JSON. Credentials
 * within an address are cut out.
 */
export function parseRevision(action: JsonObject): BuildRevision | undefined {
  const revision = objectOf(action.lastBuiltRevision);
  const commit = textOf(revision?.SHA1);
  if (commit === undefined) return undefined;
  return {
    commit,
    branches: objectsOf(revision?.branch)
      .map((branch) => textOf(branch.name))
      .filter((name) => name !== undefined),
    remotes: textsOf(action.remoteUrls).map(withoutCredentials),
  };
}

function withoutCredentials(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/iu, '$1');
}
