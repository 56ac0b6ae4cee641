/** The built Jenkins client in a real browser, behind a proxy of the page's own origin, as its README says. */
import type * as Client from '@armillary/jenkins-client';
import { startFakeJenkins, type FakeJenkins, type User } from '@armillary/jenkins-client/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { available } from './testing/available.ts';
import { Browser, browserProgram, type Json, type Page } from './testing/browser.ts';
import { JenkinsSite } from './testing/jenkins-site.ts';

const runnable = available(
  'The Jenkins client in a browser',
  'chromium, chromium-browser or google-chrome on the PATH',
  browserProgram !== undefined,
);

/** What runs in the page; it sees its arguments alone. */
type Program<A extends readonly Json[], R> = (
  ...args: [jenkins: Client.Jenkins, client: typeof Client, ...args: A]
) => Promise<R>;

describe.skipIf(!runnable)('in a browser', { timeout: 60_000 }, () => {
  let fake: FakeJenkins;
  let site: JenkinsSite;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    fake = await startFakeJenkins({ prefix: '/jenkins', plugins: { sse: true } });
    site = await JenkinsSite.start(fake.url);
    browser = await Browser.start();
    page = await browser.open(site.url);
  }, 60_000);
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

  /** Runs a program in the page with a client for the proxy, made with these options. */
  function runWith<A extends readonly Json[], R>(
    options: { readonly [name: string]: Json },
    program: Program<A, R>,
    ...args: A
  ): Promise<R> {
    const all = JSON.stringify({ url: `${site.url}jenkins`, ...options });
    const given = `import('/client/index.js').then((client) => [client.connect(${all}), client])`;
    return page.run<[Client.Jenkins, typeof Client], A, R>(given, program, ...args);
  }

  /** The same with a client that leaves the credentials to the proxy. */
  function run<A extends readonly Json[], R>(program: Program<A, R>, ...args: A): Promise<R> {
    return runWith({}, program, ...args);
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
    const seen = await run(async (jenkins, { flatStages }) => {
      await jenkins.folders.create('shop');
      const spec = { kind: 'inline', script: 'node {}', description: 'ünï' } as const;
      const actions = [];
      for (let i = 0; i < 2; i++) actions.push((await jenkins.pipelines.apply('shop/web', spec)).action);
      const request = await jenkins.item('shop', 'web').build();
      const build = await request.started();
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
        steps: (await build.steps()).map(({ name }) => name),
        part: await new Response(body).text(),
        tests: (await build.tests())?.passed,
        left: (await jenkins.pipelines.read('shop/web')).spec.description,
      };
    });
    expect(seen).toMatchObject({
      actions: ['created', 'unchanged'],
      same: true,
      result: 'SUCCESS',
      stages: ['Build', 'Deploy'],
      part: '234',
      tests: 1,
      left: 'ünï',
    });
    expect(seen.log).toMatch(/\+ make\r\nünï\n(.*\n)*to production\n(.*\n)*Finished: SUCCESS\n$/u);
    expect(seen.steps).toContain('sh');
  });

  test('it keeps credentials, files among them', async () => {
    const kinds = await run(async (jenkins) => {
      await jenkins.folders.create('secrets');
      const store = jenkins.credentials.in('secrets');
      await store.create({ kind: 'secretText', id: 'token', secret: 's3cret' });
      await store.upsert({ kind: 'file', id: 'file', fileName: 'a.bin', content: new Uint8Array([0, 255]) });
      await store.delete('token');
      const found = [];
      for (const { id } of await store.list()) found.push(id);
      return found;
    });
    expect(kinds).toEqual(['file']);
  });

  test.each([
    ['token', 'with a token of its own'],
    ['password', "with a password, whose session and crumb are the browser's"],
  ] as const)('by %s it is known %s', async (secret) => {
    site.authorization = undefined;
    const { dev } = fake.users;
    const user = await runWith({ auth: { user: dev.name, [secret]: dev[secret] } }, async (jenkins) => {
      await jenkins.item('shop', 'web').build();
      return jenkins.system.whoAmI();
    });
    expect(user.name).toBe('dev');
  });

  test('a proxy may add a password: crumb and session are found when they are asked for', async () => {
    site.authorization = basic(fake.users.admin, fake.users.admin.password);
    await run(async (jenkins) => {
      await jenkins.folders.create('by-password');
    });
    expect(fake.job('by-password')).toBeDefined();
  });

  test('events come through the gateway', async () => {
    fake.clearRequests();
    const types = await run(async (jenkins) => {
      const item = ['shop', 'events'];
      await jenkins.pipelines.apply(item, { kind: 'inline', script: '' });
      const seen = [];
      const events = jenkins.events({ items: [item], intervalMs: 50 });
      await jenkins.item(...item).build();
      for await (const { type } of events) {
        seen.push(type);
        if (type === 'finished') break;
      }
      return seen;
    });
    expect(types).toEqual(['queued', 'started', 'finished']);
    expect(fake.requests.map(({ path }) => path)).toContainEqual(
      expect.stringMatching(/sse-gateway\/listen/u),
    );
  });
});

function basic({ name }: User, secret: string): string {
  return `Basic ${btoa(`${name}:${secret}`)}`;
}
