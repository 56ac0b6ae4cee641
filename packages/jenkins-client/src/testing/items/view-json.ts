import { viewsOf, type ListView } from '../areas/view.ts';
import { bean, type Bean } from '../tree.ts';
import { encodeName, type Item } from './item.ts';
import type { Branch } from './multibranch.ts';

/** How an item is shown inside another object. */
export type Show = (item: Item) => Bean;

function viewBean(
  className: string,
  name: string,
  url: string,
  jobs: () => readonly Item[],
  show: Show,
): Bean {
  return bean(
    className,
    {
      description: () => null,
      jobs: () => jobs().map(show),
      name: () => name,
      property: () => [],
      url: () => url,
    },
    { name: 3, url: 3 },
  );
}

/** The name of the view of all: the root's is written small. */
export function allViewName(owner: Item): string {
  return owner.kind === 'root' ? 'all' : 'All';
}

/** The view of all; it has the address of what it is a view of. */
export function allViewBean(owner: Item, rootUrl: string, show: Show): Bean {
  return viewBean(
    'hudson.model.AllView',
    allViewName(owner),
    rootUrl + owner.urlPath,
    () => owner.sorted,
    show,
  );
}

/** The list views of a folder or of the root. */
export function listViewBeans(owner: Item, rootUrl: string, show: Show): readonly Bean[] {
  return [...viewsOf(owner).values()].map((view) => listViewBean(view, rootUrl, show));
}

/** A list view. */
export function listViewBean(view: ListView, rootUrl: string, show: Show): Bean {
  const url = `${rootUrl}${view.owner.urlPath}view/${encodeName(view.name)}/`;
  const shown = viewBean('hudson.model.ListView', view.name, url, () => view.jobs, show);
  return { ...shown, fields: { ...shown.fields, description: () => view.description } };
}

const BRANCH_VIEWS: readonly (readonly [name: string, kind: Branch['kind'], path: string])[] = [
  ['default', 'branch', ''],
  ['change-requests', 'pull-request', 'view/change-requests/'],
  ['tags', 'tag', 'view/tags/'],
];

/** The views of a multibranch pipeline: one per kind of head that its source can have. */
export function branchViewBeans(project: Item, rootUrl: string, show: Show): readonly Bean[] {
  const url = rootUrl + project.urlPath;
  if (project.config.sources.length === 0) {
    return [viewBean('jenkins.branch.MultiBranchProjectEmptyView', 'welcome', url, () => [], show)];
  }
  const jobs = (kind: Branch['kind']): readonly Item[] =>
    project.sorted.filter((job) => job.branch?.kind === kind);
  return BRANCH_VIEWS.filter(([, kind]) => kind === 'branch' || offers(project, kind)).map(
    ([name, kind, path]) =>
      viewBean(
        'jenkins.branch.MultiBranchProjectViewHolder$ViewImpl',
        name,
        url + path,
        () => jobs(kind),
        show,
      ),
  );
}

/** Whether a source looks for such heads, or some were found. */
function offers(project: Item, kind: Branch['kind']): boolean {
  const trait = kind === 'tag' ? 'TagDiscoveryTrait' : 'PullRequestDiscoveryTrait';
  return project.config.text.includes(trait) || project.sorted.some((job) => job.branch?.kind === kind);
}
