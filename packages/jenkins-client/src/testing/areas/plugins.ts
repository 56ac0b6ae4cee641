import { apiJson } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { json } from '../http.ts';
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

/** The list of plugins: those that the server behaves as if it had. */
export const pluginsArea: Area = {
  routes: [
    {
      on: 'server',
      method: 'GET',
      path: 'pluginManager/api/json',
      handle: (call) => {
        call.user.need(ADMINISTER);
        return apiJson(call.request, bean('hudson.LocalPluginManager', { plugins: () => installed(call) }));
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
            jobs: () => [],
            restartRequiredForCompletion: () => false,
            sites: () => [
              bean(undefined, {
                id: () => 'default',
                url: () => 'https://updates.jenkins.io/update-center.json',
              }),
            ],
          }),
        ),
    },
  ],
};

function installed({ world }: Call): readonly Bean[] {
  const chosen = Object.entries(OPTIONAL).filter(
    ([name]) => world.options.plugins[name as keyof FakePlugins],
  );
  return [...Object.entries(ALWAYS), ...chosen.map(([, plugin]) => plugin)]
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
