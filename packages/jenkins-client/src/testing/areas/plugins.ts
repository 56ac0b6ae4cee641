import { apiJson } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { json, redirect } from '../http.ts';
import { bean, type Bean } from '../tree.ts';
import type { FakePlugins } from '../world.ts';

const ADMINISTER = 'hudson.model.Hudson.Administer';

/** Plugins that every fake server behaves as if it had, with the versions that were recorded. */
const ALWAYS: Readonly<Record<string, string>> = {
  'branch-api': '2.1244.vf95c81f1641c',
  'cloudbees-folder': '6.1040.vd01d64d80542',
  credentials: '1447.v4cb_b_539b_5321',
  git: '5.7.0',
  junit: '1335.v6b_a_a_e18534e1',
  'workflow-cps': '4183.v94b_6fd39da_c1',
  'workflow-job': '1546.v62a_c59c112dd',
  'workflow-multibranch': '811.vcd33d074c2a_0',
};

const OPTIONAL: Readonly<Record<keyof FakePlugins, readonly [name: string, version: string]>> = {
  wfapi: ['pipeline-rest-api', '2.34'],
  graphView: ['pipeline-graph-view', '637.vf2a_d25f1a_7d4'],
  blueOcean: ['blueocean-rest-impl', '1.27.16'],
  sse: ['sse-gateway', '1.27'],
  converter: ['pipeline-model-definition', '2.2265.v140e610fe9d5'],
  casc: ['configuration-as-code', '1963.v24e046127a_3f'],
};

/** What its update centre offers beside: to be listed, and no more. */
const OFFERED: Readonly<Record<string, string>> = { greenballs: '1.15.1', timestamper: '1.30' };

/** The list of plugins: those that the server behaves as if it had, and those that were installed. */
export function pluginsArea(): Area {
  const added = new Map<string, string>();
  let jobs: string[] = [];
  let restartRequired = false;
  return {
    restarted: () => {
      jobs = [];
      restartRequired = false;
    },
    routes: [
      {
        on: 'server',
        method: 'GET',
        path: 'pluginManager/api/json',
        handle: (call) => {
          call.user.need(ADMINISTER);
          return apiJson(
            call.request,
            bean('hudson.LocalPluginManager', { plugins: () => installed(call, added) }),
          );
        },
      },
      {
        on: 'server',
        method: 'POST',
        path: 'pluginManager/prevalidateConfig',
        handle: ({ user }) => {
          user.need(ADMINISTER);
          return json([]);
        },
      },
      {
        on: 'server',
        method: 'GET',
        path: 'updateCenter/api/json',
        handle: ({ request }) =>
          apiJson(
            request,
            bean('hudson.model.UpdateCenter', {
              jobs: () => jobs.map(jobBean),
              restartRequiredForCompletion: () => restartRequired,
              sites: () => [
                bean(undefined, {
                  id: () => 'default',
                  url: () => 'https://updates.jenkins.io/update-center.json',
                }),
              ],
            }),
          ),
      },
      {
        on: 'server',
        method: 'POST',
        path: 'pluginManager/installPlugins',
        handle: ({ user, request }) => {
          user.need(ADMINISTER);
          const order = JSON.parse(request.body.toString()) as { plugins: string[]; dynamicLoad: boolean };
          for (const name of order.plugins) {
            const version = OFFERED[name] ?? ALWAYS[name];
            if (version === undefined) return json({ status: 'error', message: `No such plugin: ${name}` });
            jobs.push(name);
            if (name in ALWAYS) continue;
            added.set(name, version);
            restartRequired ||= !order.dynamicLoad;
          }
          return json({ status: 'ok', data: { correlationId: crypto.randomUUID() } });
        },
      },
      {
        on: 'server',
        method: 'POST',
        path: 'pluginManager/plugin/:name/doUninstall',
        handle: ({ user, params, world }) => {
          user.need(ADMINISTER);
          if (!added.delete(params['name'] ?? '')) return undefined;
          return redirect(`${world.options.prefix}/manage/pluginManager/installed`);
        },
      },
      {
        on: 'server',
        method: 'POST',
        path: 'pluginManager/checkUpdatesServer',
        handle: ({ user }) => {
          user.need(ADMINISTER);
          return redirect('.');
        },
      },
    ],
  };
}

function jobBean(name: string): Bean {
  return bean('hudson.model.UpdateCenter$InstallationJob', {
    name: () => name,
    errorMessage: () => null,
    status: () =>
      bean('hudson.model.UpdateCenter$DownloadJob$Success', { success: () => true, type: () => 'Success' }),
    type: () => 'InstallationJob',
  });
}

function installed({ world }: Call, added: ReadonlyMap<string, string>): readonly Bean[] {
  const chosen = Object.entries(OPTIONAL).filter(
    ([name]) => world.options.plugins[name as keyof FakePlugins],
  );
  return [...Object.entries(ALWAYS), ...added, ...chosen.map(([, plugin]) => plugin)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([shortName, version]) =>
      bean(undefined, {
        active: () => true,
        dependencies: () => [],
        enabled: () => true,
        hasUpdate: () => false,
        longName: () => shortName,
        pinned: () => false,
        shortName: () => shortName,
        version: () => version,
      }),
    );
}
