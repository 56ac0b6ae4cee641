import { connect, type Jenkins } from '@armillary/jenkins-client';
import {
  startFakeJenkins,
  type FakeJenkins,
  type FakeOptions,
  type User,
} from '@armillary/jenkins-client/testing';
import { describe, expect, test } from 'vitest';
import { areas } from '../suite/areas.ts';
import { runSuite } from '../suite/run.ts';
import { undescribed, type Exchange } from './check-exchange.ts';
import { operations } from './document.ts';
import { findOperation } from './find-operation.ts';

/** What the client asks a server while something is done with it. */
async function asked(
  options: FakeOptions,
  work: (client: (user: User) => Jenkins, fake: FakeJenkins) => Promise<unknown>,
): Promise<readonly Exchange[]> {
  const exchanges: Exchange[] = [];
  await using fake = await startFakeJenkins(options);
  const client = ({ name: user, token }: User): Jenkins =>
    connect({
      url: fake.url,
      auth: { user, token },
      allowScript: true,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const sent = request.body === null ? undefined : await contentOf(request.clone());
        const response = await fetch(request);
        const { pathname, search } = new URL(request.url);
        const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
        exchanges.push({
          method: request.method,
          path: pathname + search,
          sent,
          status: response.status,
          answered: isJson ? await contentOf(response.clone()) : undefined,
        });
        return response;
      },
    });
  await work(client, fake);
  // Clients that the work made for itself are known by the server's own log.
  return [...exchanges, ...fake.requests.filter(({ status }) => status !== 0)];
}

async function contentOf(message: Request | Response): Promise<{ type: string; body: string }> {
  const type = message.headers.get('content-type')?.split(';')[0] ?? '';
  return { type, body: await message.text() };
}

/** All that the suite for real servers does. */
async function suite(client: (user: User) => Jenkins, fake: FakeJenkins): Promise<void> {
  const { name: user, token, password } = fake.users.admin;
  await runSuite(areas, {
    jenkins: client(fake.users.admin),
    settings: { url: fake.url, user, token, password, disruptive: true },
    teach: (script, work) => fake.runs(script, work),
  });
}

/** What the suite leaves out, since it would disturb others on a real server or takes a git repository. */
async function further(client: (user: User) => Jenkins, fake: FakeJenkins): Promise<void> {
  const jenkins = client(fake.users.admin);
  const { casc, converter, credentials, folders, nodes, pipelines, plugins, script, system, users, views } =
    jenkins;
  await jenkins.capabilities();
  await system.reload();
  await casc.apply('jenkins:\n  systemMessage: "hi"\n');
  await casc.schema();
  await casc.reload();
  await script.run('println 1');
  await plugins.updateCenter();

  await converter.validateJenkinsfile('pipeline {}');
  await converter.validateJson({});
  await converter.toJson('pipeline {}');
  await converter.toJenkinsfile({});
  await converter.stepsToJson('echo 1');
  await converter.stepsToJenkinsfile([]);

  const store = credentials.in('system');
  await store.domains.create({ name: 'git' });
  await store.domains.list();
  await store.domains.delete('git');
  await store.create({ kind: 'secretText', id: 'one', secret: 'x' });
  await store.update({ kind: 'secretText', id: 'one', secret: 'y' });
  for await (const found of store.list()) expect(found.id).toBe('one');

  await nodes.create({ name: 'agent', remoteFs: '/tmp' });
  await nodes.takeOffline('agent', 'one reason');
  await nodes.takeOffline('agent', 'another reason');
  await nodes.connect('agent');
  await nodes.disconnect('agent', 'for a new cable');
  await nodes.log('agent');
  await plugins.install(['greenballs']);
  await plugins.uninstall('greenballs');
  await plugins.checkForUpdates();

  await folders.create('team');
  await views.create('mine', { jobs: ['team'] });
  await views.removeJob('mine', 'team');
  await views.addJob('mine', 'team');
  await views.delete('mine');

  const mine = users.tokens();
  const { uuid } = await mine.generate('a');
  await mine.rename(uuid, 'b');
  await mine.revoke(uuid);
  await users.create({ id: 'ana', password: 'secret' });
  const theirs = users.tokens('ana');
  await theirs.revokeAll({ except: uuid });
  await theirs.revokeAll();

  fake.branches('team/mb', [{ name: 'main' }]);
  const mb = jenkins.item('team', 'mb');
  await pipelines.apply(mb.path, {
    kind: 'multibranch',
    sources: [{ type: 'git', id: 's', url: 'https://git.test/a.git' }],
    scriptPath: 'Jenkinsfile',
  });
  for await (const chunk of mb.scanLog()) expect(chunk.text).not.toBe('');
  for await (const text of mb.scanLog({ from: 'tail' })) expect(text).toBeDefined();

  fake.runs('team/job', (build) => build.stage('A', () => build.step('echo', () => build.print('a\n'))));
  const job = jenkins.item('team', 'job');
  await pipelines.apply(job.path, { kind: 'inline', script: 'echo 1' });
  const build = await (await job.build()).started();
  await build.finished();
  const [stage] = await build.restartableStages();
  await (await build.restartFrom(stage ?? '')).finished();
  const [step] = await build.steps();
  for await (const chunk of build.stepLog(step?.id ?? '', { from: 'tail' })) expect(chunk).toBeDefined();

  const undo = fake.fault(({ method }) => (method === 'DELETE' ? { status: 405 } : undefined));
  await jenkins.item('team').delete();
  undo();
  await system.safeRestart('done');
}

/** A user who may not list plugins, so that everything is found by asking. */
function seenByDev(client: (user: User) => Jenkins, fake: FakeJenkins): Promise<unknown> {
  return client(fake.users.dev).capabilities();
}

const converter = {
  toJson: () => ({}),
  toJenkinsfile: () => '',
  stepsToJson: () => [],
  stepsToJenkinsfile: () => '',
};

/** Described routes that no call here takes, with the reason. */
const left: Readonly<Record<string, string>> = {
  followBuildLogAsHtml: 'Asked when the ends of lines of a log that grows are in doubt.',
  followScanLogAsHtml: 'Asked when the ends of lines of a log that grows are in doubt.',
  followStepLogAsHtml: 'Asked when the ends of lines of a log that grows are in doubt.',
  getScanLog: 'Asked when the ends of lines of a log are in doubt.',
  listStepsNew: 'For newer versions of pipeline-graph-view than the fake server has.',
  probeLogin: 'Asked when a proxy hides the headers of Jenkins.',
  revokeAllTokensOfMine: 'It would revoke the token in use.',
  revokeOtherTokensOfMine: 'It would revoke the token in use.',
};

describe('the client', async () => {
  const exchanges = [
    ...(await asked({}, suite)),
    ...(await asked(
      { plugins: { wfapi: false, graphView: false, blueOcean: true, sse: true, converter } },
      suite,
    )),
    ...(await asked({ plugins: { converter } }, further)),
    ...(await asked({ plugins: { converter } }, seenByDev)),
  ];

  test('sends and gets only what is described', () => {
    expect([...new Set(exchanges.flatMap(undescribed))]).toEqual([]);
  });

  test('takes all routes that are described, but for those with a reason', () => {
    const taken = new Set(
      exchanges.map(({ method, path }) => findOperation(method, path.split('?')[0] ?? '')?.id),
    );
    const ids = operations.map(({ id }) => id);
    expect(ids.filter((id) => !taken.has(id) && !(id in left))).toEqual([]);
    expect(Object.keys(left).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
