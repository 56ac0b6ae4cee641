import type { Area, Call } from '../area.ts';
import { errorPage, oops } from '../error-pages.ts';
import { redirect, type Answer } from '../http.ts';
import { consoleText, progressiveText } from '../builds/log-answers.ts';
import type { World } from '../world.ts';
import type { Item } from './item.ts';
import { scan } from './multibranch.ts';

/** The scan of multibranch pipelines and its log. Starting it is in `builds/start-routes.ts`: it is `build`, too. */
export const scanArea: Area = {
  routes: [
    {
      on: 'item',
      method: 'GET',
      path: 'indexing/consoleText',
      handle: (call) => consoleText(logOf(call), true),
    },
    {
      on: 'item',
      method: 'GET',
      path: 'indexing/logText/progressiveText',
      handle: (call) => progressiveText(call.request, logOf(call), true),
    },
    { on: 'item', method: 'POST', path: 'indexing/stop', handle: stopScan },
  ],
};

/** The log of the last scan; before the first one there is none, which is an exception. */
function logOf(call: Call): NonNullable<Item['indexing']>['log'] {
  if (!call.item.indexing) throw oops();
  return call.item.indexing.log;
}

/** Scans now and puts the changed branches into the queue. Throws the 500 that a disabled project answers. */
export function startScan(world: World, project: Item, startedBy: string): void {
  if (project.config.disabled) throw errorPage(500, 'Cannot schedule a scan of a disabled project');
  const now = new Date(world.clock.now());
  const { indexing, changed } = scan(project, world.branchesOf(project), startedBy, now);
  project.indexing = indexing;
  for (const task of changed) {
    world.queue.submit({
      task,
      parameters: [],
      causes: [{ kind: 'indexing' }],
      quietMs: world.options.quietPeriodMs,
    });
  }
}

/** Scans end at once here, so there is never one to stop. */
function stopScan(call: Call): Answer | undefined {
  if (call.item.kind !== 'multibranch') return undefined;
  return redirect(`${call.world.options.prefix}/${call.item.urlPath}indexing/`);
}
