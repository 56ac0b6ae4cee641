import { apiJson } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { notFound, page } from '../error-pages.ts';
import { redirect, type Answer } from '../http.ts';
import { showItem } from '../items/item-routes.ts';
import { allViewBean, listViewBeans } from '../items/view-json.ts';
import { bean, exportBean, type Bean } from '../tree.ts';
import { ANONYMOUS } from '../users.ts';

/** The server itself: who asks, the crumb, the root object, quieting down. Restarts are asked for here, too. */
export function systemArea(restart: (call: Call) => void): Area {
  const restartNow = (call: Call): Answer => {
    call.user.need('hudson.model.Hudson.Administer');
    restart(call);
    return redirect(`${call.world.options.prefix}/`);
  };
  return {
    routes: [
      {
        on: 'server',
        method: 'GET',
        path: 'login',
        open: true,
        handle: () => page(200, 'Sign in - Jenkins', '<h1>Sign in to Jenkins</h1>'),
      },
      { on: 'server', method: 'GET', path: 'whoAmI/api/json', open: true, handle: whoAmI },
      { on: 'server', method: 'GET', path: 'crumbIssuer/api/json', handle: issueCrumb },
      {
        on: 'server',
        method: 'GET',
        path: 'api/json',
        handle: (call) => apiJson(call.request, rootBean(call)),
      },
      { on: 'server', method: 'FORM', path: 'quietDown', handle: (call) => quietDown(call, true) },
      { on: 'server', method: 'FORM', path: 'cancelQuietDown', handle: (call) => quietDown(call, false) },
      { on: 'server', method: 'FORM', path: 'reload', handle: reload },
      { on: 'server', method: 'FORM', path: 'safeRestart', handle: restartNow },
      { on: 'server', method: 'FORM', path: 'restart', handle: restartNow },
    ],
  };
}

/** There is no disk to read from again. */
function reload({ user, world }: Call): Answer {
  user.need('hudson.model.Hudson.Administer');
  return redirect(`${world.options.prefix}/`);
}

/** Open to everybody: an anonymous user counts as authenticated, too, in Jenkins' words. */
function whoAmI({ request, user }: Call): Answer {
  const anonymous = user === ANONYMOUS;
  const who = bean('hudson.security.WhoAmI', {
    anonymous: () => anonymous,
    authenticated: () => true,
    authorities: () => [anonymous ? 'anonymous' : 'authenticated'],
    name: () => user.name,
  });
  return apiJson(request, who);
}

/** The crumb belongs to the session whose cookie comes with this answer. */
function issueCrumb({ world, request }: Call): Answer {
  if (!world.options.crumbs) throw notFound();
  return {
    status: 200,
    headers: { 'content-type': 'application/json;charset=UTF-8', 'x-frame-options': 'deny', 'x-jenkins': '' },
    body: (crumb) => {
      const issuer = bean('hudson.security.csrf.DefaultCrumbIssuer', {
        crumb: () => crumb,
        crumbRequestField: () => 'Jenkins-Crumb',
      });
      return JSON.stringify(exportBean(issuer, request.query.get('tree')));
    },
  };
}

/** Holds the queue; running builds go on. The parameter is `message`: `reason` is ignored, as recorded. */
function quietDown({ world, request, user }: Call, down: boolean): Answer {
  user.need('hudson.model.Hudson.Administer');
  world.quietingDown = down;
  world.quietDownReason = down ? request.parameter('message') : null;
  world.queue.hold(down);
  return redirect(`${world.options.prefix}/`);
}

/** The root object. Its `url` is null when no root URL is configured. */
function rootBean(call: Call): Bean {
  const { world, rootUrl } = call;
  const show = showItem(call);
  const all = allViewBean(world.root, rootUrl, show);
  return bean('hudson.model.Hudson', {
    assignedLabels: () => [bean(undefined, { name: () => 'built-in' }, 3)],
    mode: () => 'NORMAL',
    nodeDescription: () => "the Jenkins controller's built-in node",
    nodeName: () => '',
    numExecutors: () => 2,
    description: () => null,
    jobs: () => world.root.sorted.map(show),
    overallLoad: () => bean(undefined),
    primaryView: () => all,
    quietDownReason: () => world.quietDownReason,
    quietingDown: () => world.quietingDown,
    slaveAgentPort: () => -1,
    unlabeledLoad: () => bean('jenkins.model.UnlabeledLoadStatistics'),
    url: () => (world.options.rootUrl === null ? null : rootUrl),
    useCrumbs: () => world.options.crumbs,
    useSecurity: () => true,
    views: () => [all, ...listViewBeans(world.root, rootUrl, show)],
  });
}
