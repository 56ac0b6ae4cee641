import { apiJson, submittedForm } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { errorPage, escapeHtml, noSuchAction, oops, page } from '../error-pages.ts';
import { redirect, type Answer } from '../http.ts';
import { bean } from '../tree.ts';
import { restartFields } from './build-json.ts';
import { buildUrl, onBuild } from './build-routes.ts';
import type { Build, Cause, Plan } from './build.ts';

/** Running a build again: with another script, as it was, or from a stage. */
export const againArea: Area = {
  routes: [
    { on: 'build', method: 'GET', path: 'replay', handle: onBuild(replayPage) },
    { on: 'build', method: 'FORM', path: 'replay/run', handle: onBuild(replay) },
    {
      on: 'build',
      method: 'FORM',
      path: 'replay/rebuild',
      handle: onBuild((build, call) =>
        again(build, call, { kind: 'replay', of: build.number }, build.plan, 'replay'),
      ),
    },
    { on: 'build', method: 'GET', path: 'restart/api/json', handle: onBuild(readRestart) },
    { on: 'build', method: 'FORM', path: 'restart/restart', handle: onBuild(restart) },
  ],
};

/** The page on which people change the script; clients read it from there. */
function replayPage(build: Build, { user }: Call): Answer {
  user.need('hudson.model.Run.Replay');
  const scripts = [['mainScript', build.script ?? ''] as const, ...build.loaded];
  const areas = scripts.map(([name, text]) => `<textarea name="_.${name}">\n${escapeHtml(text)}</textarea>`);
  const form = `<form method="post" action="run">${areas.join('')}</form>`;
  return page(200, `Replay #${build.number} - Jenkins`, form);
}

/** The form holds the script, and beside it those that were loaded; what it lacks stays as it was. */
function replay(build: Build, call: Call): Answer {
  const { mainScript: script, ...others } = submittedForm(call.request);
  if (typeof script !== 'string') throw oops();
  const given = Object.entries(others).filter(([, text]) => typeof text === 'string');
  const loaded = {
    ...Object.fromEntries(build.loaded),
    ...(Object.fromEntries(given) as Record<string, string>),
  };
  return again(build, call, { kind: 'replay', of: build.number }, { script, loaded }, 'replay');
}

/** The stages that a finished build can be restarted from. */
function readRestart(build: Build, { request }: Call): Answer {
  const name = 'org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction';
  return apiJson(request, bean(name, restartFields(build)));
}

/** A stage that cannot be restarted from, or a build that runs: as if the build had no such action. */
function restart(build: Build, call: Call): Answer {
  const stage = call.request.parameter('stageName');
  const stages = restartFields(build)['restartableStages']?.() as readonly string[];
  if (stage === null || !stages.includes(stage)) throw noSuchAction();
  return again(
    build,
    call,
    { kind: 'restart', of: build.number, stage },
    { ...build.plan, fromStage: stage },
    'restart',
  );
}

/** Puts the same build into the queue again; the redirect does not tell the queue item. */
function again(build: Build, call: Call, why: Cause, plan: Plan, from: string): Answer {
  call.user.need(why.kind === 'replay' ? 'hudson.model.Run.Replay' : 'hudson.model.Item.Build');
  if (!build.job.buildable) throw errorPage(409, `${build.job.fullDisplayName} is not buildable`);
  const causes: readonly Cause[] = [{ kind: 'user', user: call.user }, why];
  const { job: task, parameters } = build;
  call.world.queue.submit({ task, parameters, causes, plan, quietMs: 0 });
  return redirect(`${buildUrl(build, call)}${from}/../..`);
}
