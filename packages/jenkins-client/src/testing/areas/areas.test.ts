import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ask, make, type Question, type Told } from '../asking.ts';
import { startFakeJenkins, type FakeJenkins } from '../fake-jenkins.ts';
import { FakeConverterError } from './fake-converter.ts';

let fake: FakeJenkins;

beforeAll(async () => {
  fake = await startFakeJenkins({
    plugins: {
      sse: true,
      converter: {
        toJson: (jenkinsfile) => {
          if (jenkinsfile === '') throw new FakeConverterError({ error: 'Nothing there.' });
          return { jenkinsfile };
        },
        toJenkinsfile: () => 'pipeline {}',
      },
    },
    script: (groovy) => `ran ${groovy}`,
  });
  await make(fake, 'team', 'folder');
  await make(fake, 'team/p1');
});
afterAll(() => fake.close());

function submit(path: string, json: unknown, question: Question = {}): Promise<Told> {
  return ask(fake, path, { ...question, form: { json: JSON.stringify(json), ...question.form } });
}

function secretText(id: string, description = ''): unknown {
  const $class = 'org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl';
  return { credentials: { $class, scope: 'GLOBAL', id, secret: 's', description } };
}

describe('credentials', () => {
  const store = 'job/team/credentials/store/folder';

  test('are changed only by whom may do so', async () => {
    await submit(`${store}/domain/_/createCredentials`, secretText('a'));
    const refused = await submit(`${store}/domain/_/createCredentials`, secretText('b'), { user: 'dev' });
    expect(refused.headers.get('x-required-permission')).toMatch(/CredentialsProvider.Create$/);
    const path = `${store}/domain/_/credential/a/doDelete`;
    expect((await ask(fake, path, { user: 'dev', form: {} })).status).toBe(403);
    expect((await ask(fake, path, { user: 'viewer', form: {} })).status).toBe(404);
  });

  test('of a store that is not there are not there', async () => {
    for (const path of [
      'credentials/store/folder/domain/_',
      'job/team/credentials/store/system/domain/_',
      'job/team/job/p1/credentials/store/folder/domain/_',
      `${store}/domain/ghost`,
      `${store}/domain/_/credential/ghost`,
    ]) {
      expect((await ask(fake, `${path}/api/json`)).status, path).toBe(404);
    }
  });

  test('may have ids that need encoding, and follow a new id', async () => {
    await submit(`${store}/domain/_/createCredentials`, secretText('a b/ü'));
    const path = `${store}/domain/_/credential/${encodeURIComponent('a b/ü')}`;
    const changed = { ...(secretText('new', 'd') as { credentials: object }).credentials };
    expect((await submit(`${path}/updateSubmit`, changed)).status).toBe(302);
    expect((await ask(fake, `${path}/api/json`)).status).toBe(404);
    expect((await ask(fake, `${store}/domain/_/credential/new/api/json`)).json()).toMatchObject({
      displayName: 'd',
    });
  });

  test('are refused without a shape that can be bound', async () => {
    for (const json of [{}, { credentials: 'x' }, { credentials: [] }, { credentials: { id: 'x' } }]) {
      expect((await submit(`${store}/domain/_/createCredentials`, json)).status).toBe(500);
    }
    expect((await ask(fake, `${store}/domain/_/createCredentials`, { form: {} })).status).toBe(400);
    const body = '<broken';
    const headers = { 'content-type': 'application/xml' };
    const xml = await ask(fake, `${store}/domain/_/createCredentials`, { method: 'POST', headers, body });
    expect(xml.status).toBe(500);
  });

  test('are refused in a form that is broken', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const question = { method: 'POST', headers, body: '--x\r\nbroken' };
    expect((await ask(fake, `${store}/domain/_/createCredentials`, question)).status).toBe(400);
  });

  test('tell a taken id when they come as XML', async () => {
    const body =
      '<org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl><id>x</id><secret>s</secret></org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl>';
    const question = { method: 'POST', headers: { 'content-type': 'application/xml' }, body };
    const path = `${store}/domain/_/createCredentials`;
    expect([(await ask(fake, path, question)).status, (await ask(fake, path, question)).status]).toEqual([
      200, 409,
    ]);
  });

  test('have domains with names of their own', async () => {
    const create = () => submit('credentials/store/system/createDomain', { name: 'git' });
    expect((await create()).headers.get('location')).toMatch(/\/domain\/git$/);
    expect((await create()).headers.get('location')).not.toMatch(/\/domain\/git$/);
    expect((await ask(fake, 'credentials/store/system/domain/_/doDelete', { form: {} })).status).toBe(500);
  });
});

describe('nodes', () => {
  const agent = (name: string) => ({
    name,
    remoteFS: '/a',
    numExecutors: '1',
    launcher: { 'stapler-class': 'hudson.slaves.JNLPLauncher' },
  });
  const create = (name: string, question: Question = {}) =>
    submit('computer/doCreateItem', agent(name), {
      ...question,
      form: { name, type: 'hudson.slaves.DumbSlave' },
    });

  test('are for administrators, have names of their own, and can be renamed', async () => {
    expect((await create('a1', { user: 'dev' })).status).toBe(403);
    expect((await create('a1')).status).toBe(302);
    expect((await create('a2')).status).toBe(302);
    expect((await submit('computer/a1/configSubmit', agent('a2'))).status).toBe(400);
    expect((await submit('computer/a1/configSubmit', agent('a3'))).status).toBe(302);
    expect((await ask(fake, 'computer/a1/api/json')).status).toBe(404);
    expect((await ask(fake, 'computer/a3/api/json')).status).toBe(200);
  });

  test('need a launcher that is known', async () => {
    const form = { name: 'x', type: 'hudson.slaves.DumbSlave' };
    expect((await submit('computer/doCreateItem', { name: 'x' }, { form })).status).toBe(500);
  });

  test('of a label are told, for one that nobody has, too', async () => {
    const nobody = await ask(fake, 'label/nobody/api/json?tree=nodes[nodeName],offline');
    expect(nobody.json()).toMatchObject({ nodes: [], offline: true });
  });

  test('the built-in one is no agent', async () => {
    expect((await ask(fake, 'computer/(built-in)/doDelete', { form: {} })).status).toBe(404);
  });
});

describe('views', () => {
  test('of a folder are listed beside the view of all', async () => {
    const form = { name: 'mine', mode: 'hudson.model.ListView', json: '{}' };
    expect((await ask(fake, 'job/team/createView', { form })).headers.get('location')).toMatch(
      /\/job\/team\/view\/mine\/configure$/,
    );
    expect((await ask(fake, 'job/team/api/json?tree=views[name]')).json()).toMatchObject({
      views: [{ name: 'All' }, { name: 'mine' }],
    });
    expect((await ask(fake, 'job/team/createView', { form: { ...form, name: 'All' } })).status).toBe(400);
  });

  test('show what their pattern matches, and refuse one that is none', async () => {
    const configure = (includeRegex: string) =>
      submit(
        'job/team/view/mine/configSubmit',
        { recurse: false },
        {
          form: { name: 'mine', useincluderegex: 'on', includeRegex },
        },
      );
    expect((await configure('p.')).status).toBe(302);
    expect((await ask(fake, 'job/team/view/mine/api/json?tree=jobs[name]')).json()).toMatchObject({
      jobs: [{ name: 'p1' }],
    });
    expect((await configure('(')).status).toBe(500);
  });

  test('are not made by viewers', async () => {
    const form = { name: 'x', mode: 'hudson.model.ListView', json: '{}' };
    expect((await ask(fake, 'createView', { form, user: 'viewer' })).status).toBe(403);
  });
});

describe('users', () => {
  const account = { username: 'ana', password1: 'p', password2: 'p', fullname: 'Ana', email: 'ana@test' };

  test('are made once, with a password given twice', async () => {
    const create = (form: Record<string, string>) =>
      ask(fake, 'securityRealm/createAccountByAdmin', { form: { ...form, json: '{}' } });
    expect((await create({ ...account, password2: 'q' })).status).toBe(200);
    expect((await create(account)).status).toBe(302);
    expect((await create(account)).status).toBe(200);
    const login = { authorization: `Basic ${btoa('ana:p')}` };
    const who = await ask(fake, 'whoAmI/api/json', { user: null, headers: login });
    expect(who.json()).toMatchObject({ name: 'ana' });
  });

  test('have tokens that work until they are revoked', async () => {
    const tokens = 'me/descriptorByName/jenkins.security.ApiTokenProperty';
    const made = await ask(fake, `${tokens}/generateNewToken`, { form: { newTokenName: 't' }, user: 'dev' });
    const { data } = made.json() as { data: { tokenUuid: string; tokenValue: string } };
    const headers = { authorization: `Basic ${btoa(`dev:${data.tokenValue}`)}` };
    expect((await ask(fake, 'me/api/json', { user: null, headers })).status).toBe(200);
    await ask(fake, `${tokens}/revoke`, { form: { tokenUuid: data.tokenUuid }, user: 'dev' });
    expect((await ask(fake, 'me/api/json', { user: null, headers })).status).toBe(401);
    const renamed = await ask(fake, `${tokens}/rename`, {
      form: { tokenUuid: data.tokenUuid, newName: 'x' },
    });
    expect(renamed.json()).toMatchObject({ status: 'error' });
  });
});

describe('events', () => {
  test('need the session that connected, and end with the server', async () => {
    const connected = await ask(fake, 'sse-gateway/connect?clientId=a');
    const cookie = connected.headers.get('set-cookie')?.split(';')[0] ?? '';
    const configure = (sent: Record<string, string>) =>
      ask(fake, 'sse-gateway/configure', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...sent },
        body: '{"dispatcherId":"a","subscribe":[{"jenkins_channel":"job"}]}',
      });
    expect((await configure({})).json()).toMatchObject({ status: 'error' });
    expect((await configure({ cookie })).json()).toEqual({ status: 'ok' });
    const stream = ask(fake, 'sse-gateway/listen/a', { headers: { cookie } });
    await ask(fake, 'job/team/job/p1/build', { form: {} });
    await fake.restart();
    await expect(stream).rejects.toThrow();
  });
});

describe('what tells whether a plugin is there', () => {
  test.each([
    { there: true, converter: 405, dev: 403, admin: 200 },
    { there: false, converter: 404, dev: 404, admin: 404 },
  ])('$there', async ({ there, converter, dev, admin }) => {
    await using other = await startFakeJenkins({
      plugins: { casc: there, converter: there && { toJson: () => ({}), toJenkinsfile: () => '' } },
    });
    const head = { method: 'HEAD', user: 'dev' };
    expect((await ask(other, 'pipeline-model-converter/toJson')).status).toBe(converter);
    expect((await ask(other, 'configuration-as-code/', head)).status).toBe(dev);
    expect((await ask(other, 'configuration-as-code/')).status).toBe(admin);
  });
});

describe('the rest', () => {
  test('a converter answers by its functions', async () => {
    const convert = (route: string, form: Record<string, string>) =>
      ask(fake, `pipeline-model-converter/${route}`, { form });
    expect((await convert('toJson', { jenkinsfile: 'x' })).json()).toEqual({
      status: 'ok',
      data: { result: 'success', json: { jenkinsfile: 'x' } },
    });
    expect((await convert('validateJenkinsfile', { jenkinsfile: '' })).json()).toMatchObject({
      data: { result: 'failure', errors: [{ error: 'Nothing there.' }] },
    });
    expect((await convert('toJenkinsfile', { json: '{' })).json()).toMatchObject({
      data: { result: 'failure' },
    });
    expect((await convert('toJson', {})).json()).toMatchObject({ data: { result: 'failure' } });
  });

  test('a script prints what the test says', async () => {
    expect((await ask(fake, 'scriptText', { form: { script: '1' } })).text).toBe('ran 1');
  });

  test('configuration as code keeps what was applied', async () => {
    const send = (verb: string, body: string) =>
      ask(fake, `configuration-as-code/${verb}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-yaml' },
        body,
      });
    const yaml = 'jenkins:\n  systemMessage: "hello"\n';
    expect((await send('apply', yaml)).status).toBe(200);
    expect((await send('apply', 'nothing: known\n')).status).toBe(400);
    expect((await send('export', '')).text).toBe(yaml);
  });

  test('plugins that are switched off are not there', async () => {
    const bare = await startFakeJenkins({ plugins: { casc: false } });
    for (const path of ['configuration-as-code/', 'sse-gateway/connect?clientId=a']) {
      expect((await ask(bare, path)).status, path).toBe(404);
    }
    expect((await ask(bare, 'pipeline-model-converter/toJson')).status).toBe(404);
    await bare.close();
  });

  test('checks of fields see the plainest faults', async () => {
    const cron = async (value: string) =>
      (
        await ask(
          fake,
          `descriptorByName/hudson.triggers.TimerTrigger/checkSpec?value=${encodeURIComponent(value)}`,
        )
      ).text;
    expect(await cron('H 2 * * 1-5')).toContain('class="ok"');
    expect(await cron('* * *')).toContain('class="error"');
    expect(await cron('0 25 * * *')).toContain('25 is an invalid value');
  });
});
