import type { Build } from '../builds/build.ts';
import { buildBean } from '../builds/build-json.ts';
import { bean, type Bean } from '../tree.ts';
import { definitionBean, readParameters } from './parameters.ts';
import { ITEM_CLASSES, type Item } from './item.ts';
import { allViewBean, branchViewBeans, listViewBeans } from './view-json.ts';

/** The actions of an item; most have no fields that the API shows. */
function itemActions(item: Item, rootUrl: string): readonly Bean[] {
  const nothing = (count: number): Bean[] => Array.from({ length: count }, () => bean(undefined));
  const credentials = bean(
    'com.cloudbees.plugins.credentials.ViewCredentialsAction',
    { stores: () => bean(undefined) },
    0,
  );
  if (item.kind === 'folder') return [...nothing(4), credentials];
  if (item.kind === 'multibranch') return [...nothing(7), credentials];
  const display = bean(
    'org.jenkinsci.plugins.displayurlapi.actions.JobDisplayAction',
    { displayUrl: () => rootUrl + item.urlPath },
    0,
  );
  return [...nothing(item.branch ? 6 : 7), display, ...nothing(2), credentials];
}

/** A folder or job as `api/json` shows it. The root is in `system/root-json.ts`. */
export function itemBean(item: Item, rootUrl: string, inQueue: (item: Item) => Bean | null): Bean {
  const general = {
    actions: () => itemActions(item, rootUrl),
    description: () => item.config.description,
    displayName: () => item.displayName,
    displayNameOrNull: () => item.config.displayName ?? item.branch?.name ?? null,
    fullDisplayName: () => item.fullDisplayName,
    fullName: () => item.fullName,
    name: () => item.name,
    url: () => rootUrl + item.urlPath,
  };
  const own = item.isJob ? jobFields(item, rootUrl, inQueue) : folderFields(item, rootUrl, inQueue);
  return bean(ITEM_CLASSES[item.kind], { ...general, ...own }, { name: 3, url: 3, color: 3, allBuilds: 0 });
}

/** What folders and multibranch pipelines show: the items inside, and views of them. */
function folderFields(item: Item, rootUrl: string, inQueue: (item: Item) => Bean | null): Bean['fields'] {
  const show = (child: Item): Bean => itemBean(child, rootUrl, inQueue);
  const views = (): readonly Bean[] =>
    item.kind === 'multibranch'
      ? branchViewBeans(item, rootUrl, show)
      : [allViewBean(item, rootUrl, show), ...listViewBeans(item, rootUrl, show)];
  const fields = {
    healthReport: () => [],
    jobs: () => item.sorted.map(show),
    primaryView: () => views()[0],
    views,
  };
  if (item.kind === 'folder') return fields;
  const source = (className: string): Bean => bean(undefined, { source: () => bean(className) });
  return {
    ...fields,
    buildable: () => item.buildable,
    sources: () => item.config.sources.map((one) => source(one.attributes['class'] ?? '')),
  };
}

/** What jobs show. `builds` ends after a hundred; `allBuilds` has all, and is shown only when a `tree` names it. */
function jobFields(item: Item, rootUrl: string, inQueue: (item: Item) => Bean | null): Bean['fields'] {
  const reference = (build: Build | undefined): Bean | null => (build ? buildBean(build, rootUrl) : null);
  const newest = (): readonly Build[] => item.newest;
  return {
    allBuilds: () => newest().map((build) => reference(build)),
    buildable: () => item.buildable,
    builds: () =>
      newest()
        .slice(0, 100)
        .map((build) => reference(build)),
    color: () => colorOf(item),
    firstBuild: () => reference(newest().at(-1)),
    healthReport: () => [],
    keepDependencies: () => false,
    ...Object.fromEntries(
      Object.keys(PERMALINKS).map((name) => [name, () => reference(findPermalink(item, name))]),
    ),
    nextBuildNumber: () => item.nextBuildNumber,
    property: () => item.config.properties.map((property) => propertyBean(property)),
    concurrentBuild: () => item.config.concurrent,
    disabled: () => item.config.disabled,
    inQueue: () => inQueue(item) !== null,
    queueItem: () => inQueue(item),
    resumeBlocked: () => false,
  };
}

/** Of properties only parameters have something to show. */
function propertyBean(property: Parameters<typeof readParameters>[0] & object): Bean {
  return property.name === 'hudson.model.ParametersDefinitionProperty'
    ? bean(property.name, { parameterDefinitions: () => readParameters(property).map(definitionBean) }, 9)
    : bean(property.name);
}

/** The names that stand for a build, with the results they are about. */
const PERMALINKS: Readonly<Record<string, (build: Build) => boolean>> = {
  lastBuild: () => true,
  lastCompletedBuild: (build) => !build.running,
  lastFailedBuild: (build) => !build.running && build.result === 'FAILURE',
  lastStableBuild: (build) => !build.running && build.result === 'SUCCESS',
  lastSuccessfulBuild: (build) =>
    !build.running && (build.result === 'SUCCESS' || build.result === 'UNSTABLE'),
  lastUnstableBuild: (build) => !build.running && build.result === 'UNSTABLE',
  lastUnsuccessfulBuild: (build) => !build.running && build.result !== 'SUCCESS',
};

/** The build that a permalink such as `lastBuild` stands for. */
export function findPermalink(item: Item, name: string): Build | undefined {
  const accepts = PERMALINKS[name];
  return accepts && item.newest.find((build) => accepts(build));
}

/** Whether a path segment is the name of a permalink. */
export function isPermalink(name: string): boolean {
  return name in PERMALINKS;
}

/** The colours of the balls, from the days of the balls. */
const COLORS = {
  SUCCESS: 'blue',
  UNSTABLE: 'yellow',
  FAILURE: 'red',
  ABORTED: 'aborted',
  NOT_BUILT: 'notbuilt',
} as const;

/** The ball of a job: its last result, `_anime` while it runs. */
export function colorOf(item: Item): string {
  const completed = findPermalink(item, 'lastCompletedBuild');
  const base = item.config.disabled ? 'disabled' : completed?.result ? COLORS[completed.result] : 'notbuilt';
  return item.newest[0]?.running ? `${base}_anime` : base;
}
