import type { Area, Call } from '../area.ts';
import { onBuild } from '../builds/build-routes.ts';
import type { Build } from '../builds/build.ts';
import type { FlowNode } from '../builds/flow.ts';
import { progressiveHtml, progressiveText } from '../builds/log-answers.ts';
import { notFound, page } from '../error-pages.ts';

const LOG = 'execution/node/:id/log';

/** The logs of single steps, by workflow-support. */
export const stepLogArea: Area = {
  routes: [
    {
      on: 'build',
      method: 'GET',
      path: LOG,
      handle: onBuild((build, call) =>
        page(200, `${stepOf(build, call).name} Console - Jenkins`, '<h1>Console</h1>'),
      ),
    },
    {
      on: 'build',
      method: 'ANY',
      path: `${LOG}/logText/progressiveText`,
      handle: onBuild((build, call) => {
        const step = stepOf(build, call);
        return progressiveText(call.request, step.log, step.endTime !== undefined);
      }),
    },
    {
      on: 'build',
      method: 'ANY',
      path: `${LOG}/logText/progressiveHtml`,
      handle: onBuild((build, call) => {
        const step = stepOf(build, call);
        return progressiveHtml(call.request, step.log, step.endTime !== undefined);
      }),
    },
  ],
};

/** Only steps have logs; a stage's page has none. */
function stepOf(build: Build, { params }: Call): FlowNode {
  const node = build.flow.find(params['id'] ?? '');
  if (node?.kind !== 'step') throw notFound();
  return node;
}
