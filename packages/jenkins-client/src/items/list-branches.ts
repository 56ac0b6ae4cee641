import { itemRoute, type ItemPath } from '../address/item-path.ts';
import { branchName } from '../address/branch-name.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { expected } from '../expected.ts';
import { objectOf, objectsOf, textOf } from '../json-shape.ts';
import { itemTree, parseItem, type Item } from './item-state.ts';
import { listChildren } from './list-children.ts';

/** What a pipeline of a multibranch pipeline stands for. */
export type BranchKind = 'branch' | 'pull-request' | 'tag';

/** The pipeline of a branch, a tag or a pull request. */
export interface Branch extends Item {
  /** The name in the repository, such as `feature/x`. */
  readonly branch: string;
  readonly branchKind: BranchKind;
  /** The branch is gone: its pipeline waits to be removed, and cannot be built. */
  readonly orphaned: boolean;
}

/** The views that branch-api makes for what is no branch; branches are in `default`. */
const kindOfView: ReadonlyMap<string, BranchKind> = new Map([
  ['change-requests', 'pull-request'],
  ['tags', 'tag'],
]);

/** The pipelines of a multibranch pipeline. What each stands for is known from the view that lists it. */
export async function* listBranches(
  connection: Connection,
  parent: ItemPath,
  options: CallOptions = {},
): AsyncGenerator<Branch, void, undefined> {
  const deadline = new Deadline(connection.clock, options);
  const response = await connection.request({
    ...deadline.left(),
    path: itemRoute(parent, 'api/json'),
    query: { tree: 'views[name,jobs[name]]' },
  });
  const { views } = expected(objectOf(await response.json<unknown>()), 'a multibranch pipeline');
  const kinds = new Map<string, BranchKind>();
  for (const view of objectsOf(views)) {
    const kind = kindOfView.get(textOf(view['name']) ?? '');
    if (kind === undefined) continue;
    for (const job of objectsOf(view['jobs'])) kinds.set(textOf(job['name']) ?? '', kind);
  }
  for await (const child of listChildren(connection, parent, itemTree, deadline.left())) {
    const item = parseItem(child);
    yield {
      ...item,
      branch: branchName(item.name),
      branchKind: kinds.get(item.name) ?? 'branch',
      // Nobody else disables the pipeline of a branch; a scan that keeps a dead one does (ComputedFolder).
      orphaned: item.buildable === false,
    };
  }
}
