import { apiJson, submittedForm } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { errorPage, noSuchAction } from '../error-pages.ts';
import { plain, redirect, type Answer } from '../http.ts';
import { buildBean } from './build-json.ts';
import type { Build } from './build.ts';
import { consoleText, progressiveHtml, progressiveText } from './log-answers.ts';
import { testReportBean } from './test-report.ts';

/** Builds: reading, logs, stopping, marking, deleting. Running them again is in `again-routes.ts`. */
export const buildArea: Area = {
  routes: [
    {
      on: 'build',
      method: 'GET',
      path: 'api/json',
      handle: onBuild((build, call) => apiJson(call.request, buildBean(build, call.rootUrl))),
    },
    {
      on: 'build',
      method: 'GET',
      path: 'buildNumber',
      handle: onBuild((build) =>
        plain(String(build.number), { 'content-type': 'text/plain;charset=US-ASCII' }),
      ),
    },
    {
      on: 'build',
      method: 'GET',
      path: 'consoleText',
      handle: onBuild((build) => consoleText(build.log, !build.running)),
    },
    {
      on: 'build',
      method: 'ANY',
      path: 'logText/progressiveText',
      handle: onBuild((build, { request }) => progressiveText(request, build.log, !build.running)),
    },
    {
      on: 'build',
      method: 'ANY',
      path: 'logText/progressiveHtml',
      handle: onBuild((build, { request }) => progressiveHtml(request, build.log, !build.running)),
    },
    { on: 'build', method: 'GET', path: 'testReport/api/json', handle: onBuild(readTests) },
    {
      on: 'build',
      method: 'POST',
      path: 'stop',
      handle: onBuild((build, call) => interrupt(build, call, () => build.stopping.abort())),
    },
    {
      on: 'build',
      method: 'POST',
      path: 'term',
      handle: onBuild((build, call) => interrupt(build, call, () => build.kill())),
    },
    {
      on: 'build',
      method: 'POST',
      path: 'kill',
      handle: onBuild((build, call) => interrupt(build, call, () => build.kill())),
    },
    { on: 'build', method: 'FORM', path: 'submitDescription', handle: onBuild(describe) },
    { on: 'build', method: 'POST', path: 'configSubmit', handle: onBuild(configure) },
    { on: 'build', method: 'FORM', path: 'toggleLogKeep', handle: onBuild(toggleKeep) },
    { on: 'build', method: 'FORM', path: 'doDelete', handle: onBuild(deleteBuild) },
  ],
};

/** A route of builds; what it does always has one. */
export function onBuild(
  handle: (build: Build, call: Call) => Answer | undefined,
): (call: Call) => Answer | undefined {
  return (call) => call.build && handle(call.build, call);
}

/** The path of a build's page, as redirects give it. */
export function buildUrl(build: Build, { world }: Call): string {
  return `${world.options.prefix}/${build.urlPath}`;
}

/** A build without tests does not have this action at all. */
function readTests(build: Build, { request }: Call): Answer {
  if (build.tests.size === 0) throw noSuchAction();
  return apiJson(request, testReportBean(build));
}

/** Answers at once, whether the build runs or not; the build goes on as long as its behaviour does. */
function interrupt(build: Build, call: Call, how: () => void): Answer {
  call.user.need('hudson.model.Item.Cancel');
  if (build.running) how();
  return redirect(buildUrl(build, call));
}

function describe(build: Build, call: Call): Answer {
  call.user.need('hudson.model.Run.Update');
  build.description = call.request.parameter('description') ?? '';
  return redirect(buildUrl(build, call));
}

/** The form of the page "Edit Build Information". */
function configure(build: Build, call: Call): Answer {
  call.user.need('hudson.model.Run.Update');
  const form = submittedForm(call.request);
  build.ownDisplayName = textOr(form['displayName'], undefined);
  build.description = textOr(form['description'], null);
  return redirect(buildUrl(build, call));
}

/** A text of a form; an empty one counts as none. */
function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** Keeping needs the right to update, letting go that to delete, as core asks. */
function toggleKeep(build: Build, call: Call): Answer {
  call.user.need(build.keepLog ? 'hudson.model.Run.Delete' : 'hudson.model.Run.Update');
  build.keepLog = !build.keepLog;
  return redirect(buildUrl(build, call));
}

/** 400 with `X-Error` while it is kept or runs. */
function deleteBuild(build: Build, call: Call): Answer {
  call.user.need('hudson.model.Run.Delete');
  if (build.keepLog) {
    const text = `Unable to delete ${build.fullDisplayName}: This record is explicitly marked to be kept.`;
    throw errorPage(400, text, true);
  }
  if (build.running)
    throw errorPage(400, `Unable to delete ${build.fullDisplayName} because it is still running`, true);
  build.job.builds.delete(build.number);
  return redirect(`${call.world.options.prefix}/${build.job.urlPath}`);
}
