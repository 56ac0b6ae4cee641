import { apiJson } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { errorPage } from '../error-pages.ts';
import { empty, type Answer } from '../http.ts';
import { queueBean, queueItemBean } from './queue-json.ts';

/** The queue: listing, one item, cancelling. */
export const queueArea: Area = {
  routes: [
    { on: 'server', method: 'GET', path: 'queue/api/json', handle: listQueue },
    { on: 'server', method: 'GET', path: 'queue/item/:id/api/json', handle: readItem },
    { on: 'server', method: 'FORM', path: 'queue/cancelItem', handle: cancelItem },
  ],
};

function listQueue({ world, request, rootUrl }: Call): Answer {
  world.queue.maintain();
  return apiJson(request, queueBean(world.queue, rootUrl));
}

function readItem({ world, request, rootUrl, params }: Call): Answer | undefined {
  world.queue.maintain();
  const item = world.queue.get(Number(params['id']));
  return item && apiJson(request, queueItemBean(item, rootUrl));
}

/** 204 and 404 are recorded; the other two are read in the source of Queue.doCancelItem. */
function cancelItem({ world, request, user }: Call): Answer {
  const id = Number(request.parameter('id'));
  if (!world.queue.get(id)) throw errorPage(404, `Provided id (${id}) not found`);
  if (!user.may('hudson.model.Item.Cancel')) throw errorPage(422, `Item for id (${id}) is not cancellable`);
  if (!world.queue.cancel(id)) throw errorPage(500, `Could not cancel run for id ${id}`);
  return empty(204);
}
