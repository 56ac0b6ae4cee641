import { branchBuild, buildOfP1, inquiring, sleeper } from './behaviours.ts';
import { makeTeam } from './scenery.ts';
import { replaySession } from './session.ts';
import type { Stage } from './stage.ts';

const p1 = buildOfP1();

function running(path: string, number: number): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await stage.post(`/job/${path.replace('/', '/job/')}/build?delay=0sec`);
    await stage.until(() => stage.fake.job(path)?.builds[0]?.number === number);
  };
}

function finished(path: string): (stage: Stage) => Promise<void> {
  return (stage) => stage.until(() => stage.fake.job(path)?.builds[0]?.running === false);
}

function asking(number: number): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await running('team/inp', number)(stage);
    await stage.until(() => stage.fake.job('team/inp')?.builds[0]?.inputs.length === 1);
  };
}

async function more(stage: Stage): Promise<void> {
  p1.open();
  await stage.clock.advance(10);
}

replaySession({
  title: 'builds, queue, logs and inputs',
  names: ['03-builds'],
  options: { quietPeriodMs: 5000 },
  setUp: async (stage) => {
    await makeTeam(stage, false);
    stage.fake.runs('team/p1', p1.behaviour);
    stage.fake.runs('team/sleeper', sleeper);
    stage.fake.runs('team/inp', inquiring);
  },
  before: {
    '03-builds-05': async (stage) => {
      await stage.clock.advance(2000);
      await stage.until(() => stage.fake.job('team/p1')?.builds.length === 1);
    },
    '03-builds-08': more,
    '03-builds-09': more,
    '03-builds-10': more,
    '03-builds-11': async (stage) => {
      await more(stage);
      await finished('team/p1')(stage);
    },
    '03-builds-40': running('team/sleeper', 1),
    '03-builds-43': finished('team/sleeper'),
    '03-builds-53': asking(1),
    '03-builds-59': asking(2),
    '03-builds-60': finished('team/inp'),
    '03-builds-61': asking(3),
    '03-builds-62': asking(4),
    '03-builds-63': finished('team/inp'),
  },
});

/** The builds of all branches, as they were when what follows was recorded. */
async function built(stage: Stage): Promise<void> {
  stage.fake.runs(/^team\/mb\//, branchBuild);
  await makeTeam(stage);
  await stage.until(() => stage.fake.job('team/mb/main')?.builds[0]?.running === false);
}

async function rebuilt(stage: Stage): Promise<void> {
  const branches = ['bug#12', 'feature/x', 'feature/ünïcode+plus', 'release-1.0'].map((name) => ({ name }));
  stage.fake.branches('team/mb', [...branches, { name: 'main', head: 'fixed' }]);
  await stage.post('/job/team/job/mb/build?delay=0');
  await stage.until(() => stage.fake.job('team/mb/main')?.builds[0]?.number === 2);
  await finished('team/mb/main')(stage);
}

replaySession({
  title: 'branches',
  names: ['04-mb'],
  setUp: built,
  printedByOthers: ['04-mb-02', '04-mb-03', '04-mb-18'],
  before: { '04-mb-15': rebuilt },
});

replaySession({
  title: 'stages and steps by pipeline-graph-view and wfapi',
  names: ['08-blue-86', '08-blue-87', '08-blue-88', '08-blue-89', '13-pgv'],
  setUp: async (stage) => {
    await built(stage);
    await rebuilt(stage);
    await stage.post('/job/team/job/mb/job/main/2/restart/restart', { stageName: 'Test' });
    await stage.until(() => stage.fake.job('team/mb/main')?.builds[0]?.number === 3);
    await finished('team/mb/main')(stage);
  },
  printedByOthers: ['13-pgv-05', '13-pgv-12'],
});
