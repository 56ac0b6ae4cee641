import { makeTeam, PIPELINE } from './scenery.ts';
import { replaySession } from './session.ts';
import type { Stage } from './stage.ts';

/** That server had crumbs switched off. */
const below = { prefix: '/jenkins', crumbs: false };

async function makeJob(stage: Stage): Promise<void> {
  await stage.create('', 'p', PIPELINE, {
    enable: true,
    properties: {},
    definition: {
      'stapler-class': 'org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition',
      script: "echo 'x'",
      sandbox: true,
    },
  });
}

replaySession({
  title: 'below a path',
  names: ['11-sub-01', '11-sub-02', '11-sub-03', '11-sub-04', '11-sub-11', '11-sub-14'],
  options: { ...below, script: (groovy) => (groovy.startsWith('println') ? '1\n' : '') },
});

replaySession({
  title: 'with the address of another server configured',
  names: ['11-sub-05', '11-sub-06', '11-sub-08', '11-sub-10'],
  options: { ...below, rootUrl: 'https://ci.example.test/elsewhere/' },
  setUp: async (stage) => {
    await makeJob(stage);
    await stage.post('/job/p/build?delay=0sec');
    await stage.until(() => stage.fake.job('p')?.builds[0]?.running === false);
  },
  before: { '11-sub-08': (stage) => stage.until(() => stage.fake.job('p')?.builds.length === 2) },
});

replaySession({
  title: 'with no address configured',
  names: ['11-sub-12', '11-sub-13'],
  options: { ...below, rootUrl: null },
  setUp: makeJob,
});

replaySession({
  title: 'queue items that are gone',
  names: ['09-misc-01', '09-misc-02'],
  setUp: async (stage) => {
    await makeTeam(stage);
    await stage.post('/job/team/job/sleeper/build?delay=0sec');
    await stage.until(() => stage.fake.job('team/sleeper')?.builds[0]?.running === false);
    stage.fake.expireQueueItems();
  },
});
