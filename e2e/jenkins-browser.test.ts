/** The built Jenkins client in a real browser, behind a proxy of the page's own origin, as its README says. */
import type * as Client from '@armillary/jenkins-client';
import { startFakeJenkins, type FakeJenkins, type User } from '@armillary/jenkins-client/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { available } from './testing/available.ts';
import { Browser, browserProgram, type Page } from './testing/browser.ts';
import { JenkinsSite } from './testing/jenkins-site.ts';
import { eventually } from './testing/process.ts';

const runnable = available(
  'The Jenkins client in a browser',
  'chromium, chromium-browser or google-chrome on the PATH',
  browserProgram !== undefined,
);

/** What a program in the page has: the module, and a client for the proxy. */
type Given = typeof Client & { readonly jenkins: Client.Jenkins };

describe.skipIf(!runnable)('in a browser', () => {
  let fake: FakeJenkins;
  let site: JenkinsSite;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    fake = await startFakeJenkins({ prefix: '/jenkins', plugins: { sse: true } });
    site = await JenkinsSite.start(fake.url);
    browser = await Browser.start([site.url, fake.url].map((url) => Number(new URL(url).port)));
    page = await browser.open(site.url);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    expect(fake.failures).toEqual([]);
    await fake.close();
  });
  beforeEach(() => {
    const { admin } = fake.users;
    site.authorization = basic(admin, admin.token);
  });

  /** Runs a program in the page. It sees nothing of this file. Its client leaves the credentials to the proxy. */
  function run<R>(program: (given: Given) => Promise<R>, options: object = {}): Promise<R> {
    const all = JSON.stringify({ url: `${site.url}jenkins`, retry: false, ...options });
    return page.run(
      `import('/client/index.js').then((client) => ({ ...client, jenkins: client.connect(${all}) }))`,
      program,
    );
  }

  test('it makes a pipeline, builds it and reads all there is of the build', async () => {
    fake.runs('shop/web', async (build) => {
      await build.stage('Build', () => build.step('sh', () => build.print('+ make\r\nünï\n'), 'make'));
      const { WHERE } = await build.input({
        id: 'Deploy',
        message: 'Deploy?',
        parameters: [{ name: 'WHERE', type: 'choice', choices: ['staging', 'production'] }],
      });
      await build.stage('Deploy', () => build.print(`to ${WHERE}\n`));
      build.artifact('out/where.txt', '0123456789');
      build.tests({ suite: [{ name: 'passes' }] });
    });
    const seen = await run(async ({ jenkins, flatStages }) => {
      await jenkins.folders.create('shop');
      const spec = { kind: 'inline', script: 'node {}', description: 'ünï' } as const;
      const actions = [];
      for (let i = 0; i < 2; i++) actions.push((await jenkins.pipelines.apply('shop/web', spec)).action);
      const build = await (await jenkins.item('shop', 'web').build()).started();
      const text = [];
      for await (const chunk of build.log({ intervalMs: 50 })) {
        text.push(chunk.text);
        for (const input of await build.inputs()) await input.approve({ WHERE: 'production' });
      }
      const { body } = await build.artifact('out/where.txt', { range: { start: 2, end: 5 } });
      return {
        actions,
        log: text.join(''),
        same: text.join('') === (await new Response(build.consoleText()).text()),
        result: (await build.finished()).result,
        stages: flatStages(await build.stages()).map(({ name }) => name),
        steps: await build.steps(),
        part: await new Response(body).text(),
        tests: (await build.tests())?.passed,
        description: (await jenkins.pipelines.read('shop/web')).spec.description,
      };
    });
    expect(seen).toMatchObject({
      actions: ['created', 'unchanged'],
      same: true,
      result: 'SUCCESS',
      stages: ['Build', 'Deploy'],
      part: '234',
      tests: 1,
      description: 'ünï',
    });
    expect(seen.log).toMatch(/\+ make\r\nünï\n(.*\n)*to production\n(.*\n)*Finished: SUCCESS\n$/u);
    expect(seen.steps).toContainEqual(expect.objectContaining({ name: 'make' }));
  });

  test('it keeps credentials, files among them', async () => {
    const ids = await run(async ({ jenkins }) => {
      await jenkins.folders.create('secrets');
      const store = jenkins.credentials.in(['secrets']);
      await store.create({ kind: 'secretText', id: 'token', secret: 's3cret' });
      await store.upsert({ kind: 'file', id: 'file', fileName: 'a.bin', content: new Uint8Array([0, 255]) });
      await store.delete('token');
      const found = [];
      for await (const { id } of store.list()) found.push(id);
      return found;
    });
    expect(ids).toEqual(['file']);
  });

  test.each(['token', 'password'] as const)('it may have a %s of its own', async (secret) => {
    site.authorization = undefined;
    const { name, [secret]: value } = fake.users.dev;
    const program = async ({ jenkins }: Given) => {
      await jenkins.item('shop', 'web').disable();
      await jenkins.item('shop', 'web').enable();
      return jenkins.system.whoAmI();
    };
    expect(await run(program, { auth: { user: name, [secret]: value } })).toMatchObject({ name: 'dev' });
  });

  test('the proxy may add a password: a crumb is fetched when one is asked for', async () => {
    site.authorization = basic(fake.users.admin, fake.users.admin.password);
    await run(async ({ jenkins }) => void (await jenkins.folders.create('by-password')));
    expect(fake.job('by-password')).toBeDefined();
  });

  test('events come through the gateway', async () => {
    await run(
      async ({ jenkins }) => void (await jenkins.pipelines.apply('loud', { kind: 'inline', script: '' })),
    );
    fake.clearRequests();
    const events = run(async ({ jenkins }) => {
      const seen = [];
      for await (const { type } of jenkins.events({ items: [['loud']], intervalMs: 50 })) {
        seen.push(type);
        if (type === 'finished') break;
      }
      return seen;
    });
    const answered = (path: RegExp): boolean => fake.requests.some((request) => path.test(request.path));
    await eventually(
      'the first look',
      () => answered(/sse-gateway\/configure/u) && answered(/job\/loud\/api\/json/u),
    );
    await run(async ({ jenkins }) => void (await jenkins.item('loud').build()));
    expect(await events).toEqual(['queued', 'started', 'finished']);
  });

  describe('an error has its class', () => {
    test('when nothing is there', async () => {
      const program = ({ jenkins }: Given) => jenkins.item('ghost').get();
      await expect(run(program)).rejects.toMatchObject({ name: 'NotFoundOrHiddenError', status: 404 });
    });

    test('when a permission is missing', async () => {
      site.authorization = basic(fake.users.viewer, fake.users.viewer.token);
      const program = ({ jenkins }: Given) => jenkins.item('shop', 'web').build();
      await expect(run(program)).rejects.toMatchObject({
        code: 'Forbidden',
        user: 'viewer',
        permission: 'hudson.model.Item.Build',
      });
    });

    test('when the credentials are refused', async () => {
      const program = ({ jenkins }: Given) => jenkins.system.whoAmI();
      const refused = run(program, { auth: { user: 'admin', token: 'wrong' } });
      await expect(refused).rejects.toMatchObject({ code: 'Unauthenticated' });
    });

    test('when the connection breaks', async () => {
      const undo = fake.fault(() => 'reset');
      const program = ({ jenkins }: Given) => jenkins.system.whoAmI();
      await expect(run(program)).rejects.toMatchObject({ code: 'ConnectionFailed', maybeSent: true });
      undo();
    });

    test('when it takes too long, or is aborted', async () => {
      const undo = fake.fault(() => ({ delayMs: 600_000 }));
      const late = run(({ jenkins }) => jenkins.system.whoAmI({ timeoutMs: 50 }));
      await expect(late).rejects.toMatchObject({ code: 'Timeout' });
      const aborted = run(({ jenkins }) => jenkins.system.whoAmI({ signal: AbortSignal.abort() }));
      await expect(aborted).rejects.toMatchObject({ code: 'Aborted' });
      undo();
    });

    test('when a log is followed no longer', async () => {
      fake.runs('endless', async (build) => {
        build.print('begun\n');
        await new Promise((resolve) => build.signal.addEventListener('abort', resolve));
      });
      const program = async ({ jenkins }: Given) => {
        await jenkins.pipelines.apply('endless', { kind: 'inline', script: '' });
        const build = await (await jenkins.item('endless').build()).started();
        const controller = new AbortController();
        const { signal } = controller;
        try {
          for await (const { text } of build.log({ signal })) if (text.includes('begun')) controller.abort();
        } finally {
          await build.stop();
        }
      };
      await expect(run(program)).rejects.toMatchObject({ code: 'Aborted' });
    });

    test('when Jenkins is asked without a proxy', async () => {
      const program = ({ jenkins }: Given) => jenkins.system.whoAmI();
      await expect(run(program, { url: fake.url })).rejects.toMatchObject({ code: 'ConnectionFailed' });
    });

    test.each([{ proxy: 'http://proxy:3128' }, { tls: { ca: 'PEM' } }])('for %j', async (options) => {
      const program = ({ jenkins }: Given) => jenkins.system.whoAmI();
      await expect(run(program, options)).rejects.toMatchObject({ code: 'Unsupported' });
    });
  });

  describe('redirects, which it cannot see', () => {
    test('do not keep it from changing items and builds', async () => {
      const seen = await run(async ({ jenkins }) => {
        await jenkins.folders.create('from');
        await jenkins.folders.create('to');
        await jenkins.pipelines.apply('from/a', { kind: 'inline', script: '' });
        const item = await (await jenkins.item('from', 'a').rename('b')).moveTo(['to']);
        const copy = await item.copyTo('to/c');
        const build = await (await copy.build()).started();
        await build.finished();
        await build.keep(true);
        await build.describe('kept');
        await build.rename('first');
        const again = await (await build.replay({ script: 'echo 2' })).finished();
        const { description, kept, displayName } = await build.get();
        await item.disable();
        await item.delete();
        return { again, description, kept, displayName, left: await item.exists(), path: item.path };
      });
      expect(seen).toMatchObject({
        again: { number: 2, result: 'SUCCESS' },
        description: 'kept',
        kept: true,
        displayName: 'first',
        left: false,
        path: ['to', 'b'],
      });
    });

    test('of a move that Jenkins refuses: the item is where it was', async () => {
      const refused = run(async ({ jenkins }) => {
        await jenkins.pipelines.apply('stays', { kind: 'inline', script: '' });
        await jenkins.item('stays').moveTo(['ghost']);
      });
      await expect(refused).rejects.toMatchObject({ code: 'Conflict' });
      expect(fake.job('stays')).toBeDefined();
    });

    test('of a start that joins an equal one: it is found in the queue', async () => {
      const seen = await run(async ({ jenkins, findStarts, mayHaveStarted }) => {
        await jenkins.pipelines.apply('patient', { kind: 'inline', script: '' });
        const item = jenkins.item('patient');
        const first = await item.build({}, { quietPeriodS: 600 });
        const error = await item.build({}, { quietPeriodS: 600 }).catch((each: Error) => each);
        const found = await findStarts(jenkins.connection, item.path);
        await first.cancel();
        return {
          name: error instanceof Error ? error.name : undefined,
          may: mayHaveStarted(error),
          same: found.map(({ queueId }) => queueId === first.queueId),
        };
      });
      expect(seen).toEqual({ name: 'UnexpectedBodyError', may: true, same: [true] });
    });

    test('of a domain of credentials that is there: it is not told', async () => {
      const domains = await run(async ({ jenkins }) => {
        const { domains: all } = jenkins.credentials.in('system');
        for (let i = 0; i < 2; i++) await all.create({ name: 'twice' });
        return (await all.list()).map(({ name }) => name);
      });
      expect(domains.filter((name) => name === 'twice')).toHaveLength(1);
    });

    test('of a login: it is told, also of what Jenkins answers with a redirect itself', async () => {
      await run(async ({ jenkins }) => void (await jenkins.folders.create('still-there')));
      const undo = fake.fault(() => ({ status: 302, headers: { location: '/login?from=x' } }));
      const login = { name: 'LoginRedirectError', location: '' };
      await expect(run(({ jenkins }) => jenkins.item('still-there').get())).rejects.toMatchObject(login);
      const deleted = run(({ jenkins }) => jenkins.item('still-there').delete());
      await expect(deleted).rejects.toMatchObject({ ...login, method: 'DELETE' });
      const started = run(({ jenkins }) => jenkins.item('still-there').build({}, { check: false }));
      await expect(started).rejects.toMatchObject({ ...login, method: 'POST' });
      undo();
      expect(fake.job('still-there')).toBeDefined();
    });
  });

  test('it takes no old answer from the cache of the browser', async () => {
    let body = 'old';
    const yesterday = new Date(Date.now() - 86_400_000).toUTCString();
    const undo = fake.fault(({ path }) =>
      path.includes('artifact') ? { status: 200, headers: { 'last-modified': yesterday }, body } : undefined,
    );
    const read = ({ jenkins }: Given) =>
      jenkins
        .item('shop', 'web')
        .buildRef('lastSuccessfulBuild')
        .artifact('version')
        .then((artifact) => new Response(artifact.body).text());
    expect(await run(read)).toBe('old');
    body = 'new';
    expect(await run(read)).toBe('new');
    undo();
  });
});

function basic({ name }: User, secret: string): string {
  return `Basic ${btoa(`${name}:${secret}`)}`;
}
