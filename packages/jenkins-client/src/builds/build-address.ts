import { itemRoute, type ItemPath } from '../address/item-path.ts';

/** Jenkins' own names of builds of a job; what they name changes with every build. */
export type Permalink =
  | 'lastBuild'
  | 'lastCompletedBuild'
  | 'lastFailedBuild'
  | 'lastStableBuild'
  | 'lastSuccessfulBuild'
  | 'lastUnstableBuild'
  | 'lastUnsuccessfulBuild';

/** Which build: the path of its job, and its number or a permalink. */
export interface BuildAddress {
  readonly item: ItemPath;
  readonly number: number | Permalink;
}

/** The path of a build below the server's address, without slashes at its ends. */
export function buildPath(build: BuildAddress): string {
  return itemRoute(build.item, String(build.number));
}

/** A route below a build, without slashes at its ends; `route` is encoded already. */
export function buildRoute(build: BuildAddress, route: string): string {
  return itemRoute(build.item, `${build.number}/${route}`);
}

/** A build for messages: `team/p1 #7`. */
export function buildName(build: BuildAddress): string {
  return `${build.item.join('/')} ${typeof build.number === 'number' ? `#${build.number}` : build.number}`;
}
