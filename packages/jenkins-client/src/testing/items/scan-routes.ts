import type { Area, Call } from '../area.ts';
import { errorPage, oops } from '../error-pages.ts';
import { redirect, type Answer } from '../http.ts';
import { consoleText, progressiveText } from '../builds/log-answers.ts';
import type { World } from '../world.ts';
import type { Item } from './item.ts';
import { beginScan, finishScan, type Indexing } from './multibranch.ts';

/** The scan of multibranch pipelines and its log. Starting it is in `builds/start-routes.ts`: it is `build`, too. */
export const scanArea: Area = {
  routes: [
    {
      on: 'item',
      method: 'GET',
      path: 'indexing/consoleText',
      handle: (call) => consoleText(indexingOf(call).log, indexingOf(call).finished),
    },
    {
      on: 'item',
      method: 'GET',
      path: 'indexing/logText/progressiveText',
      handle: (call) => progressiveText(call.request, indexingOf(call).log, indexingOf(call).finished),
    },
    { on: 'item', method: 'POST', path: 'indexing/stop', handle: stopScan },
  ],
};

/** The last scan; before the first one there is none, which is an exception. */
function indexingOf({ item }: Call): Indexing {
  if (!item.indexing) throw oops();
  return item.indexing;
}

/**
 * Scans and puts the changed branches into the queue: at once, or after the time that scans are set to take. Throws the
 * 500 that a disabled project answers. A scan that is asked for while one runs is that one.
 */
export function startScan(world: World, project: Item, startedBy: string): void {
  if (project.config.disabled) throw errorPage(500, `${project.fullName} cannot be recomputed`);
  if (project.indexing?.finished === false) return;
  const { clock, options } = world;
  const indexing = beginScan(startedBy, new Date(clock.now()));
  project.indexing = indexing;
  const finish = (): void => {
    const changed = finishScan(project, indexing, world.branchesOf(project), new Date(clock.now()));
    for (const task of changed) {
      const causes = [{ kind: 'indexing' }] as const;
      world.queue.submit({ task, parameters: [], causes, quietMs: options.quietPeriodMs });
    }
  };
  if (options.scanMs === 0) finish();
  else void clock.sleep(options.scanMs, world.closing.signal).then(finish, () => undefined);
}

/** Answers the same whether a scan runs or not; here none is ended before its time. */
function stopScan(call: Call): Answer | undefined {
  if (call.item.kind !== 'multibranch') return undefined;
  return redirect(`${call.world.options.prefix}/${call.item.urlPath}indexing/`);
}
