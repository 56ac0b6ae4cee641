/** Projects, Pipelines and Secrets of KubeSphere DevOps have folders, jobs and credentials in Jenkins. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coreV1, type Event, type Secret } from '@armillary/kube';
import { devopsProjectKind, pipelineKind, type DevOpsProject, type Pipeline } from '@armillary/pipelines';
import { JenkinsWorld, plain } from './testing/jenkins-world.ts';
import { eventually } from './testing/process.ts';

let world: JenkinsWorld;

beforeAll(async () => {
  world = await JenkinsWorld.start();
  await world.control({ resyncMs: 400 });
  await world.project('team');
});
afterAll(() => world.close());

const annotationOf = async (name: string, key: string): Promise<string | undefined> =>
  (await world.getPipeline('team', name))?.metadata.annotations?.[`pipeline.devops.kubesphere.io/${key}`];

async function events(name: string, reason: string): Promise<Event[]> {
  const { items } = await world.client.resource<Event>(coreV1.events).list({});
  return items.filter((event) => event.involvedObject.name === name && event.reason === reason);
}

async function change(name: string, body: object): Promise<void> {
  await world.client.resource<Pipeline>(pipelineKind).patch(name, { type: 'merge', namespace: 'team', body });
}

describe('a project', () => {
  test('has a folder, which goes with it', async () => {
    await world.project('other');
    await eventually('the folder', () => world.fake.job('other'));
    const projects = world.client.resource<DevOpsProject>(devopsProjectKind);
    await eventually('the status', async () => {
      const { annotations } = (await projects.get('other')).metadata;
      return annotations?.['devopsproject.devops.kubesphere.io/syncstatus'] === 'successful';
    });
    await world.jenkins.folders.create('other/by-hand');
    await projects.delete('other');
    await eventually('no folder', () => world.fake.job('other') === undefined);
    await eventually(
      'no project',
      async () => (await world.find(devopsProjectKind, 'other', '')) === undefined,
    );
  });

  test('that finds a folder uses it, and leaves it when others use it, too', async () => {
    await world.jenkins.folders.create('found');
    await world.jenkins.folders.create('found/foreign');
    await world.project('found');
    const projects = world.client.resource<DevOpsProject>(devopsProjectKind);
    await eventually('the finalizer', async () => {
      const { annotations } = (await projects.get('found')).metadata;
      return annotations?.['devopsproject.devops.kubesphere.io/syncstatus'] === 'successful';
    });
    await projects.delete('found');
    await eventually(
      'no project',
      async () => (await world.find(devopsProjectKind, 'found', '')) === undefined,
    );
    expect(world.fake.job('found/foreign')).toBeDefined();
    await eventually('an event', async () => (await events('found', 'LeftInJenkins')).length > 0);
  });
});

describe('a Pipeline', () => {
  test('has a job with all its settings; a second comparison writes nothing', async () => {
    const parameters = [
      { name: 'S', type: 'string', default_value: 's', description: 'd' },
      { name: 'T', type: 'text', default_value: 'a\nb' },
      { name: 'B', type: 'boolean', default_value: 'true' },
      { name: 'C', type: 'choice', default_value: 'one\ntwo' },
      { name: 'P', type: 'password', default_value: 'secret' },
    ];
    const settings = {
      description: 'about',
      parameters,
      discarder: { days_to_keep: '7', num_to_keep: '10' },
      disable_concurrent: true,
      timer_trigger: { cron: 'H H * * *' },
      remote_trigger: { token: 'tok' },
    };
    await world.pipeline('team', 'all', plain('node { echo "ä <&> ]]>" }\n', settings));
    await world.synced('team', 'all');
    const { spec } = await world.jenkins.pipelines.read(['team', 'all']);
    expect(spec).toMatchObject({
      kind: 'inline',
      script: 'node { echo "ä <&> ]]>" }\n',
      description: 'about',
      concurrentBuilds: false,
      discarder: { daysToKeep: 7, buildsToKeep: 10 },
      triggers: { cron: 'H H * * *', remoteToken: 'tok' },
      parameters: [
        { name: 'S', type: 'string', default: 's', description: 'd' },
        { name: 'T', type: 'text', default: 'a\nb' },
        { name: 'B', type: 'boolean', default: true },
        { name: 'C', type: 'choice', choices: ['one', 'two'] },
        { name: 'P', type: 'password' },
      ],
    });
    const posts = (): number =>
      world.fake.requests.filter(({ method, path }) => method === 'POST' && path.includes('/job/all/'))
        .length;
    const before = posts();
    const looks = (): number =>
      world.fake.requests.filter(({ path }) => path.endsWith('/job/all/config.xml')).length;
    const seen = looks();
    await eventually('two more comparisons', () => looks() >= seen + 4);
    expect(posts()).toBe(before);
  });

  test('puts right what was changed in Jenkins, and leaves what it has no words for', async () => {
    await world.pipeline('team', 'drift', plain('echo ours', { timer_trigger: { cron: '@daily' } }));
    await world.synced('team', 'drift');
    const theirs = {
      kind: 'inline',
      script: 'echo theirs',
      quietPeriodS: 7,
      triggers: { cron: '@daily', pollScm: { cron: '@hourly' } },
    } as const;
    // Not verified: it may be put right before it is read back.
    await world.jenkins.pipelines.apply(['team', 'drift'], theirs, { verify: false });
    await eventually('our script', () => world.fake.job('team/drift')?.script === 'echo ours');
    const { spec } = await world.jenkins.pipelines.read(['team', 'drift']);
    expect(spec).toMatchObject({
      quietPeriodS: 7,
      triggers: { cron: '@daily', pollScm: { cron: '@hourly' } },
    });
    const [event] = await eventually('an event', async () => {
      const found = await events('drift', 'Drifted');
      return found.length > 0 && found;
    });
    expect(event?.message).toContain('script');
    // What the Pipeline named and names no longer goes; what others made stays.
    await change('drift', { spec: { pipeline: { timer_trigger: null } } });
    await eventually('no timer', async () => {
      const { spec: now } = await world.jenkins.pipelines.read(['team', 'drift']);
      return now.kind === 'inline' && now.triggers?.cron === undefined && now.triggers?.pollScm !== undefined;
    });
  });

  test('leaves to the Jenkinsfile what it declares, until it says otherwise', async () => {
    await world.pipeline('team', 'declares', plain('echo x'));
    await world.synced('team', 'declares');
    // What the first build of a Jenkinsfile with `parameters` and `options` does to its job.
    const declared = {
      parameters: [{ name: 'FROM_FILE', type: 'string' }],
      discarder: { buildsToKeep: 3 },
      concurrentBuilds: false,
    } as const;
    await world.jenkins.pipelines.apply(['team', 'declares'], {
      kind: 'inline',
      script: 'echo x',
      ...declared,
    });
    const looks = (): number =>
      world.fake.requests.filter(({ path }) => path.endsWith('/job/declares/config.xml')).length;
    const seen = looks();
    await eventually('two more comparisons', () => looks() >= seen + 4);
    const settings = async (): Promise<object> =>
      (await world.jenkins.pipelines.read(['team', 'declares'])).spec;
    expect(await settings()).toMatchObject(declared);
    expect(await events('declares', 'Drifted')).toHaveLength(0);
    const parameters = [{ name: 'OURS', type: 'string', default_value: '' }];
    await change('declares', { spec: { pipeline: { parameters } } });
    await eventually('our parameters', async () => JSON.stringify(await settings()).includes('"OURS"'));
    await change('declares', { spec: { pipeline: { parameters: null } } });
    await eventually('none of ours', async () => !JSON.stringify(await settings()).includes('"OURS"'));
    expect(await settings()).toMatchObject({ discarder: { buildsToKeep: 3 } });
  });

  test('makes a job anew that somebody deleted', async () => {
    await world.pipeline('team', 'lost', plain('echo x'));
    await world.synced('team', 'lost');
    await world.jenkins.item('team', 'lost').delete();
    await eventually('the job', () => world.fake.job('team/lost')?.script === 'echo x');
  });

  test('that cannot be a job says why, once, and is well when it is put right', async () => {
    const broken = { timer_trigger: { cron: '@daily' }, parameters: [{ name: 'A', type: 'dropdown' }] };
    await world.pipeline('team', 'wrong', plain('x', broken));
    await eventually('the status', async () => (await annotationOf('wrong', 'syncstatus')) === 'failed');
    expect(await annotationOf('wrong', 'syncmsg')).toMatch(/"dropdown": write string/);
    await world.run('team', 'wrong-1', { pipelineRef: { name: 'wrong' } });
    const run = await world.phase('team', 'wrong-1', 'Failed');
    expect(run.status?.conditions?.[0]).toMatchObject({ reason: 'PipelineRefused' });
    await change('wrong', { spec: { pipeline: { parameters: [] } } });
    await world.synced('team', 'wrong');
    expect(await annotationOf('wrong', 'syncmsg')).toBeUndefined();
    await eventually('an event', async () => (await events('wrong', 'JenkinsRefused')).length > 0);
    expect(await events('wrong', 'JenkinsRefused')).toHaveLength(1);
  });

  test('whose name another item has says so, and touches nothing', async () => {
    await world.jenkins.folders.create('team/taken');
    await world.pipeline('team', 'taken', plain('x'));
    await eventually('the status', async () => (await annotationOf('taken', 'syncstatus')) === 'failed');
    expect(world.fake.job('team/taken')?.kind).toBe('folder');
  });

  test('that moves to Tekton leaves a disabled job, and wakes it when it comes back', async () => {
    await world.pipeline('team', 'moved', plain('echo x'));
    await world.synced('team', 'moved');
    await change('moved', { spec: { engine: { type: 'tekton' } } });
    await eventually('a disabled job', () => world.fake.job('team/moved')?.disabled === true);
    await eventually('the status', async () => (await annotationOf('moved', 'syncstatus')) === 'disabled');
    await change('moved', { spec: { engine: { type: 'jenkins' } } });
    await eventually('an enabled job', () => world.fake.job('team/moved')?.disabled === false);
  });

  test('takes its job along', async () => {
    await world.pipeline('team', 'short', plain('echo x'));
    await world.synced('team', 'short');
    await world.client.resource<Pipeline>(pipelineKind).delete('short', { namespace: 'team' });
    await eventually('no job', () => world.fake.job('team/short') === undefined);
    await eventually('no Pipeline', async () => (await world.getPipeline('team', 'short')) === undefined);
  });
});

describe('a multi-branch Pipeline', () => {
  test('tells its branches, takes in their builds, and runs one', async () => {
    world.fake.branches('team/many', [
      { name: 'main' },
      { name: 'feature/x' },
      { name: 'PR-7', kind: 'pull-request' },
    ]);
    await world.pipeline('team', 'many', {
      type: 'multi-branch-pipeline',
      multi_branch_pipeline: {
        name: 'many',
        source_type: 'git',
        script_path: 'Jenkinsfile',
        git_source: { url: 'https://git.example.org/r.git', discover_branches: true },
      },
    });
    await world.synced('team', 'many');
    await change('many', {
      metadata: {
        annotations: {
          'pipelines.armillary.dev/scan': 'true',
          'pipeline.devops.kubesphere.io/request-to-sync-pipelineruns': 'true',
        },
      },
    });
    const branches = await eventually('its branches', async () => {
      const text = await annotationOf('many', 'jenkins-branches');
      const list = JSON.parse(text ?? '[]') as {
        name: string;
        rawName: string;
        latestRun: unknown;
        pullRequest: unknown;
      }[];
      return list.length === 3 && list.every(({ latestRun }) => latestRun !== null) && list;
    });
    expect(branches.map(({ name, pullRequest }) => [name, pullRequest !== null])).toEqual(
      expect.arrayContaining([
        ['main', false],
        ['feature%2Fx', false],
        ['PR-7', true],
      ]),
    );
    expect(JSON.parse((await annotationOf('many', 'jenkins-metadata')) ?? '{}')).toMatchObject({
      name: 'many',
      totalNumberOfBranches: 2,
      totalNumberOfPullRequests: 1,
    });
    await eventually('the requests to be done', async () => {
      const { annotations = {} } = (await world.getPipeline('team', 'many'))?.metadata ?? {};
      return (
        annotations['pipelines.armillary.dev/scan'] === undefined &&
        annotations['pipeline.devops.kubesphere.io/request-to-sync-pipelineruns'] === undefined
      );
    });
    // KubeSphere's API asks for runs whenever a page shows them: that is no reason to scan the repository.
    const scans = (): number =>
      world.fake.requests.filter(
        ({ method, path }) => method === 'POST' && path.endsWith('job/team/job/many/build'),
      ).length;
    const scanned = scans();
    await change('many', {
      metadata: { annotations: { 'pipeline.devops.kubesphere.io/request-to-sync-pipelineruns': 'true' } },
    });
    await eventually(
      'the request to be taken note of',
      async () => (await annotationOf('many', 'request-to-sync-pipelineruns')) === undefined,
    );
    expect(scans()).toBe(scanned);
    const outside = await eventually('a run of each', async () => {
      const runs = (await world.runs('team')).filter(({ spec }) => spec.pipelineRef.name === 'many');
      return runs.length >= 3 && runs;
    });
    expect(outside.map(({ spec }) => spec.scm)).toEqual(
      expect.arrayContaining([
        { refType: 'branch', refName: 'main' },
        { refType: 'branch', refName: 'feature/x' },
        { refType: 'pr', refName: 'PR-7' },
      ]),
    );
    const scm = { refType: 'branch', refName: 'feature/x' };
    await world.run('team', 'many-own', { pipelineRef: { name: 'many' }, scm });
    await world.phase('team', 'many-own', 'Succeeded');
    expect(world.fake.job('team/many/feature%2Fx')?.builds.length).toBeGreaterThan(1);
    await world.run('team', 'many-none', { pipelineRef: { name: 'many' } });
    const none = await world.phase('team', 'many-none', 'Failed');
    expect(none.status?.conditions?.[0]).toMatchObject({ reason: 'BranchMissing' });
  });
});

describe('a credentials Secret', () => {
  const prefix = 'credential.devops.kubesphere.io';

  test('is a credential of the folder, follows its Secret, and goes with it', async () => {
    await world.secret('team', 'login', `${prefix}/basic-auth`, { username: 'ada', password: 'pw' });
    const store = world.jenkins.credentials.in(['team']);
    const ids = async (): Promise<string[]> => {
      const found = [];
      for await (const { id, username } of store.list()) found.push(`${id} ${username ?? ''}`);
      return found;
    };
    await eventually('the credential', async () => (await ids()).includes('login ada'));
    const secrets = world.client.resource<Secret>(coreV1.secrets);
    const synced = await eventually('its status', async () => {
      const secret = await secrets.get('login', { namespace: 'team' });
      return secret.metadata.annotations?.[`${prefix}/syncstatus`] === 'successful' && secret;
    });
    expect(JSON.stringify(synced.metadata)).not.toContain('hash');
    const data = { username: Buffer.from('bob').toString('base64') };
    await secrets.patch('login', { type: 'merge', namespace: 'team', body: { data } });
    await eventually('the new name', async () => (await ids()).includes('login bob'));
    await secrets.delete('login', { namespace: 'team' });
    await eventually('no credential', async () => (await ids()).every((id) => !id.startsWith('login')));
    await eventually(
      'no Secret',
      async () => (await world.find(coreV1.secrets, 'login', 'team')) === undefined,
    );
  });

  test('comes back when somebody deletes or changes it in Jenkins, and is not written without need', async () => {
    await world.secret('team', 'steady', `${prefix}/basic-auth`, { username: 'ada', password: 'pw' });
    const store = world.jenkins.credentials.in(['team']);
    const username = async (): Promise<string | undefined> => {
      for await (const each of store.list()) if (each.id === 'steady') return each.username;
      return undefined;
    };
    await eventually('the credential', async () => (await username()) === 'ada');
    const path = 'job/team/credentials/store/folder/domain/_/credential/steady';
    const looks = (): number =>
      world.fake.requests.filter((each) => each.path.includes(`${path}/api/json`)).length;
    const writes = (): number =>
      world.fake.requests.filter((each) => each.method === 'POST' && each.path.includes('steady')).length;
    const [seen, written] = [looks(), writes()];
    await eventually('two more comparisons', () => looks() >= seen + 2);
    expect(writes()).toBe(written);
    await store.update({ kind: 'usernamePassword', id: 'steady', username: 'eve', password: 'x' });
    await eventually('the name as it was', async () => (await username()) === 'ada');
    await store.delete('steady');
    await eventually('the credential again', async () => (await username()) === 'ada');
  });

  test('that is incomplete says what is missing and writes nothing', async () => {
    await world.secret('team', 'half', `${prefix}/ssh-auth`, { username: 'git' });
    const message = await eventually('its status', async () => {
      const { metadata } = await world.client
        .resource<Secret>(coreV1.secrets)
        .get('half', { namespace: 'team' });
      return metadata.annotations?.[`${prefix}/syncmsg`];
    });
    expect(message).toMatch(/no private_key/);
  });

  test('outside a project is left alone', async () => {
    await world.secret('default', 'mine', `${prefix}/secret-text`, { secret: 's' });
    await world.secret('team', 'yours', `${prefix}/secret-text`, { secret: 's' });
    await eventually('the other', async () => {
      const { metadata } = await world.client
        .resource<Secret>(coreV1.secrets)
        .get('yours', { namespace: 'team' });
      return metadata.finalizers?.length === 1;
    });
    const { metadata } = await world.client
      .resource<Secret>(coreV1.secrets)
      .get('mine', { namespace: 'default' });
    expect(metadata.finalizers).toBeUndefined();
  });
});
