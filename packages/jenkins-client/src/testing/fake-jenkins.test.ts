import { afterEach, describe, expect, test } from 'vitest';

import { ask, make, until } from './asking.ts';
import { startFakeJenkins, type FakeJenkins, type FakeOptions } from './fake-jenkins.ts';
import { ManualClock } from './replay/manual-clock.ts';

const started: FakeJenkins[] = [];
const start = async (options?: FakeOptions): Promise<FakeJenkins> => {
  const fake = await startFakeJenkins(options);
  started.push(fake);
  return fake;
};
afterEach(async () => {
  for (const fake of started.splice(0)) await fake.close();
});

describe('who asks', () => {
  test('a token needs no crumb, a password needs one and the session that it belongs to', async () => {
    const fake = await start();
    const login = { authorization: `Basic ${btoa('admin:admin-password')}` };
    const post = (headers: Record<string, string>) =>
      ask(fake, 'createItem', { method: 'POST', user: null, headers: { ...login, ...headers }, body: '' });
    expect((await post({})).text).toContain('No valid crumb was included in the request');
    const issued = await ask(fake, 'crumbIssuer/api/json', { user: null, headers: login });
    const { crumb } = issued.json() as { crumb: string };
    const cookie = issued.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await post({ 'jenkins-crumb': crumb })).status).toBe(403);
    expect((await post({ 'jenkins-crumb': crumb, cookie })).status).toBe(400);
    await make(fake, 'p1');
    const deleted = await ask(fake, 'job/p1/', { method: 'DELETE', user: null, headers: login });
    expect(deleted.status).toBe(204);
    await fake.restart();
    expect((await post({ 'jenkins-crumb': crumb, cookie })).status).toBe(403);
  });

  test('without crumbs there is no issuer', async () => {
    const fake = await start({ crumbs: false });
    expect((await ask(fake, 'crumbIssuer/api/json')).status).toBe(404);
  });

  test('bearer, anonymous, wrong secret, and nobody', async () => {
    const fake = await start();
    const asked = (headers: Record<string, string>) =>
      ask(fake, 'api/json?tree=mode', { user: null, headers });
    expect((await asked({ authorization: `Bearer ${fake.users.dev.token}` })).status).toBe(200);
    expect((await asked({ authorization: 'Bearer wrong' })).status).toBe(401);
    expect(
      (await asked({ authorization: `Basic ${btoa('admin:wrong')}` })).headers.get('www-authenticate'),
    ).toBe('Basic realm="Jenkins"');
    expect(await asked({})).toMatchObject({ status: 403 });
    const refused = await ask(fake, 'api/json', { user: 'nobody' });
    expect(refused.headers.get('x-required-permission')).toBe('hudson.model.Hudson.Read');
    expect((await ask(fake, 'login', { user: null })).headers.get('x-jenkins')).toBe('2.516.2');
  });

  test('other users', async () => {
    const fake = await start({
      users: [{ name: 'ci', token: 't0k', permissions: ['hudson.model.Hudson.Read'] }],
    });
    expect(fake.users['ci']?.token).toBe('t0k');
    expect((await ask(fake, 'job/p1/api/json', { user: 'ci' })).status).toBe(404);
    expect(
      (await ask(fake, 'createItem', { user: 'ci', form: { name: 'a' } })).headers.get(
        'x-required-permission',
      ),
    ).toBe('hudson.model.Item.Create');
  });
});

describe('where it is', () => {
  test('under a path, with another root URL configured', async () => {
    const fake = await start({ prefix: '/jenkins', rootUrl: 'https://ci.example.test/else' });
    await make(fake, 'p1');
    expect((await ask(fake, 'api/json?tree=url,jobs[url]')).json()).toMatchObject({
      url: 'https://ci.example.test/else/',
      jobs: [{ url: 'https://ci.example.test/else/job/p1/' }],
    });
    const built = await ask(fake, 'job/p1/build', { form: {} });
    expect(built.headers.get('location')).toBe(`${fake.url}queue/item/1/`);
    expect((await ask(fake, 'job/p1')).headers.get('location')).toBe('/jenkins/job/p1/');
    expect((await fetch(new URL('/api/json', fake.url))).status).toBe(404);
  });

  test.each([
    'job/%E0%A4%A/api/json',
    'nothing',
    'job/nope/1/api/json',
    'queue/item/9/api/json',
    'job/p1/7/api/json',
    'job/p1/lastBuild/api/json',
  ])('%s is not there', async (path) => {
    const fake = await start();
    await make(fake, 'p1');
    expect((await ask(fake, path)).status).toBe(path.includes('%E0') ? 400 : 404);
  });
});

describe('what goes wrong on purpose', () => {
  test('a broken connection before and after the request is handled', async () => {
    const fake = await start();
    const mend = fake.fault(({ path }) => (path === '/createItem' ? 'reset' : undefined));
    await expect(make(fake, 'p1')).rejects.toThrow();
    expect(fake.job('p1')).toBeUndefined();
    mend();
    fake.fault(({ method }) => (method === 'POST' ? 'reset-after' : undefined));
    await expect(make(fake, 'p1')).rejects.toThrow();
    expect(fake.job('p1')).toBeDefined();
    expect(fake.requests.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', '/createItem', 0],
      ['POST', '/createItem', 0],
    ]);
    fake.clearRequests();
    expect(fake.requests).toEqual([]);
  });

  test('another answer, and a late one', async () => {
    const clock = new ManualClock();
    const fake = await start({ clock });
    const mend = fake.fault(() => ({
      status: 502,
      headers: { 'x-proxy': 'yes' },
      body: '<h1>Bad gateway</h1>',
    }));
    const told = await ask(fake, 'api/json');
    expect([told.status, told.headers.get('x-proxy'), told.text]).toEqual([
      502,
      'yes',
      '<h1>Bad gateway</h1>',
    ]);
    mend();
    const asleep = new Promise<void>((resolve) => {
      fake.fault(() => {
        resolve();
        return { delayMs: 60_000 };
      });
    });
    const late = ask(fake, 'api/json?tree=mode');
    await asleep;
    await clock.advance(60_000);
    expect((await late).status).toBe(200);
  });

  test('a late answer is given up when the server is closed, and that is no failure', async () => {
    const fake = await startFakeJenkins();
    const asleep = new Promise<void>((resolve) => {
      fake.fault(() => {
        resolve();
        return { delayMs: 3_600_000 };
      });
    });
    const late = expect(ask(fake, 'api/json')).rejects.toThrow('fetch failed');
    await asleep;
    await fake.close();
    await late;
    expect(fake.failures).toEqual([]);
  });
});

describe('a restart', () => {
  test('answers 503 while it lasts; then the session is another, what left the queue is gone, builds go on', async () => {
    const clock = new ManualClock();
    const fake = await start({ clock });
    await make(fake, 'p1');
    let end = (): void => undefined;
    fake.runs('p1', () => new Promise<void>((resolve) => (end = resolve)));
    await ask(fake, 'job/p1/build', { form: {} });
    const session = (await ask(fake, 'login')).headers.get('x-jenkins-session');
    const back = fake.restart({ downMs: 10_000 });
    const away = await ask(fake, 'api/json');
    expect(away.status).toBe(503);
    expect(away.text).toContain('Starting Jenkins');
    expect(away.headers.get('x-jenkins')).toBeNull();
    await clock.advance(10_000);
    await back;
    expect((await ask(fake, 'login')).headers.get('x-jenkins-session')).not.toBe(session);
    expect((await ask(fake, 'queue/item/1/api/json')).status).toBe(404);
    end();
    expect(
      (await until(fake, 'job/p1/1/api/json?tree=result', ({ text }) => !text.includes('null'))).text,
    ).toContain('SUCCESS');
  });

  test('keeps what waits, under its id; a crash loses it', async () => {
    const clock = new ManualClock();
    const fake = await start({ clock });
    await make(fake, 'p1');
    await ask(fake, 'job/p1/build?delay=60sec', { form: {} });
    const back = fake.restart({ downMs: 120_000 });
    await clock.advance(61_000);
    expect(fake.job('p1')?.builds).toEqual([]);
    await clock.advance(59_000);
    await back;
    expect(fake.job('p1')?.builds[0]).toMatchObject({ number: 1, queueId: 1 });

    await ask(fake, 'job/p1/build?delay=60sec', { form: {} });
    await fake.restart({ crash: true });
    expect((await ask(fake, 'queue/api/json')).json()).toMatchObject({ items: [] });
    await clock.advance(61_000);
    expect(fake.job('p1')?.builds).toHaveLength(1);
  });

  test('asked for by an administrator; the builds may not survive it', async () => {
    const fake = await start({ restartMs: 60_000 });
    expect((await ask(fake, 'safeRestart', { user: 'dev', form: {} })).status).toBe(403);
    expect((await ask(fake, 'safeRestart', { form: {} })).status).toBe(302);
    expect((await ask(fake, 'api/json')).status).toBe(503);
  });

  test('ends builds when told to', async () => {
    const fake = await start();
    await make(fake, 'p1');
    fake.runs(/^p1$/, () => new Promise(() => undefined));
    await ask(fake, 'job/p1/build', { form: {} });
    await fake.restart({ abortBuilds: true });
    expect(fake.job('p1')?.builds[0]?.result).toBe('ABORTED');
  });

  test('quieting down holds the queue until it is taken back', async () => {
    const fake = await start();
    await make(fake, 'p1');
    await ask(fake, 'quietDown', { form: {} });
    await ask(fake, 'job/p1/build', { form: {} });
    expect((await ask(fake, 'queue/api/json?tree=items[why]')).text).toContain('about to shut down');
    await ask(fake, 'cancelQuietDown', { form: {} });
    expect(fake.job('p1')?.builds).toHaveLength(1);
  });
});

describe('branches', () => {
  test('are made, built when they change, and pruned by scans', async () => {
    const fake = await start();
    await make(fake, 'mb', 'multibranch');
    expect((await ask(fake, 'job/mb/api/json?tree=buildable,views[name]')).json()).toMatchObject({
      buildable: false,
      views: [{ name: 'welcome' }],
    });
    fake.branches('mb', [
      { name: 'main', head: '1' },
      { name: 'feature/x', head: '1' },
      { name: 'PR-7', kind: 'pull-request' },
    ]);
    const scan = () => ask(fake, 'job/mb/build?delay=0', { form: {} });
    expect((await scan()).headers.get('location')).toBe('/job/mb/');
    expect(fake.job('mb')?.children).toEqual(['mb/feature%2Fx', 'mb/main', 'mb/PR-7']);
    expect((await ask(fake, 'job/mb/job/feature%252Fx/api/json?tree=displayName')).text).toContain(
      'feature/x',
    );
    fake.branches('mb', [{ name: 'main', head: '2' }]);
    await scan();
    expect(fake.job('mb')?.children).toEqual(['mb/main']);
    expect(fake.job('mb/main')?.builds).toHaveLength(2);
    expect((await ask(fake, 'job/mb/indexing/consoleText')).text).toContain('Finished: SUCCESS');
    expect(
      (await ask(fake, 'job/mb/job/main/doDelete', { form: {} })).headers.get('x-required-permission'),
    ).toBe('hudson.model.Item.Delete');
    expect((await ask(fake, 'job/mb/disable', { form: {} })).status).toBe(302);
    expect((await scan()).status).toBe(500);
  });

  test('are found when a scan that takes its time is over', async () => {
    const clock = new ManualClock();
    const fake = await start({ clock, scanMs: 5000 });
    await make(fake, 'mb', 'multibranch');
    fake.branches('mb', [{ name: 'main' }]);
    await ask(fake, 'job/mb/build', { form: {} });
    const log = () => ask(fake, 'job/mb/indexing/logText/progressiveText');
    expect((await log()).headers.get('x-more-data')).toBe('true');
    expect(fake.job('mb')?.children).toEqual([]);
    await ask(fake, 'job/mb/build', { form: {} });
    await clock.advance(5000);
    expect(fake.job('mb/main')?.builds).toHaveLength(1);
    expect((await log()).headers.get('x-more-data')).toBeNull();
  });

  test('that are gone stay while they are built', async () => {
    const fake = await start();
    await make(fake, 'mb', 'multibranch');
    fake.branches('mb', [{ name: 'main' }]);
    fake.runs('mb/main', () => new Promise(() => undefined));
    const scan = () => ask(fake, 'job/mb/build', { form: {} });
    await scan();
    fake.branches('mb', []);
    await scan();
    expect(fake.job('mb')?.children).toEqual(['mb/main']);
    await ask(fake, 'job/mb/job/main/1/kill', { form: {} });
    await until(fake, 'job/mb/job/main/1/api/json?tree=building', ({ text }) => text.includes('false'));
    await scan();
    expect(fake.job('mb')?.children).toEqual([]);
  });

  test('that are gone are kept as orphans when they are not pruned', async () => {
    const fake = await start();
    const body = `<org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject><orphanedItemStrategy><pruneDeadBranches>false</pruneDeadBranches></orphanedItemStrategy></org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject>`;
    const headers = { 'content-type': 'application/xml' };
    expect((await ask(fake, 'createItem?name=mb', { method: 'POST', headers, body })).status).toBe(200);
    fake.branches('mb', [{ name: 'main' }]);
    await ask(fake, 'job/mb/build', { form: {} });
    fake.branches('mb', []);
    await ask(fake, 'job/mb/build', { form: {} });
    expect((await ask(fake, 'job/mb/job/main/api/json?tree=buildable')).json()).toMatchObject({
      buildable: false,
    });
    expect((await ask(fake, 'job/mb/job/main/build', { form: {} })).status).toBe(409);
    expect((await ask(fake, 'job/mb/job/main/doDelete', { form: {} })).status).toBe(302);
  });
});

test('a queue item is cancelled by who may, and only while it waits', async () => {
  const fake = await start({ quietPeriodMs: 3_600_000 });
  await make(fake, 'p1');
  await ask(fake, 'job/p1/build', { form: {} });
  const cancel = async (user?: string) =>
    (await ask(fake, 'queue/cancelItem?id=1', { form: {}, ...(user !== undefined && { user }) })).status;
  expect([await cancel('viewer'), await cancel(), await cancel()]).toEqual([422, 204, 500]);
  fake.expireQueueItems();
  expect(await cancel()).toBe(404);
});

test('a form that is none is refused', async () => {
  const fake = await start();
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  expect((await ask(fake, 'createItem', { method: 'POST', headers, body: 'no parts' })).status).toBe(400);
  expect(fake.failures).toEqual([]);
});

test('an error of a function that was given to it is told', async () => {
  const fake = await start();
  await make(fake, 'p1');
  const broken = new Error('a mistake in a test');
  fake.runs(
    () => {
      throw broken;
    },
    () => undefined,
  );
  expect((await ask(fake, 'job/p1/build', { form: {} })).status).toBe(500);
  const mend = fake.fault(() => {
    throw broken;
  });
  await expect(ask(fake, 'api/json')).rejects.toThrow();
  mend();
  expect((await ask(fake, 'api/json')).status).toBe(200);
  expect(fake.failures).toEqual([broken, broken]);
});

test('the last behaviour that matches counts: by path, by script, by function', async () => {
  const fake = await start();
  await make(fake, 'p1');
  const ran: string[] = [];
  fake.runs('p1', () => void ran.push('path'));
  fake.runs(/nothing/, () => void ran.push('pattern'));
  await ask(fake, 'job/p1/build', { form: {} });
  fake.runs(
    (job) => job.kind === 'pipeline' && job.name === 'p1',
    () => void ran.push('function'),
  );
  await ask(fake, 'job/p1/build', { form: {} });
  expect(ran).toEqual(['path', 'function']);
});
