/** Administration against the fake server: what the recordings show one by one, in a row and over HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect } from './connect.ts';
import type { Jenkins } from './jenkins.ts';
import {
  FakeConverterError,
  startFakeJenkins,
  type FakeConverter,
  type FakeJenkins,
} from './testing/index.ts';
import { collect } from './testing/recorded-exchange.ts';

/** Knows one pipeline. */
const pipeline = { pipeline: { stages: [{ name: 'a' }] } };
const converter: FakeConverter = {
  toJson: (jenkinsfile) => {
    if (jenkinsfile === 'pipeline {}') return pipeline;
    throw new FakeConverterError({ error: 'unexpected token: @ line 1, column 2.' });
  },
  toJenkinsfile: () => 'pipeline {}',
};

let fake: FakeJenkins;
let jenkins: Jenkins;
/** Makes names of a test its own. */
let round = 0;

function as(user: string): Jenkins {
  return connect({ url: fake.url, auth: { user, token: fake.users[user]?.token ?? '' } });
}

async function makeItem(name: string, mode: string): Promise<void> {
  const request = { method: 'POST', path: 'createItem', form: { name, mode }, accept: [302] } as const;
  await (await jenkins.raw.request(request)).discard();
}

beforeAll(async () => {
  fake = await startFakeJenkins({ prefix: '/jenkins', plugins: { converter } });
  jenkins = as('admin');
  await makeItem('team', 'com.cloudbees.hudson.plugins.folder.Folder');
  await makeItem('p1', 'org.jenkinsci.plugins.workflow.job.WorkflowJob');
});
afterAll(() => fake.close());
beforeEach(() => {
  round++;
});

describe.each([['system' as const], [['team']]])('credentials of %s', (owner) => {
  test.each([
    { kind: 'usernamePassword', username: 'ana', password: 's3cret' },
    { kind: 'secretText', secret: 't' },
    { kind: 'sshKey', username: 'git', privateKey: 'KEY' },
    { kind: 'file', fileName: 'k.yaml', content: new Blob(['apiVersion: v1\n']) },
    { kind: 'certificate', source: { pkcs12: new Uint8Array([1, 2, 3]) } },
  ] as const)('of the kind $kind are made, replaced and deleted', async (fields) => {
    const store = jenkins.credentials.in(owner);
    const spec = { ...fields, id: `c${round}`, description: 'one' };
    expect(await store.create(spec)).toMatchObject({ id: spec.id, kind: fields.kind, description: 'one' });
    await expect(store.create(spec)).rejects.toMatchObject({ code: 'Conflict' });
    expect(await store.update({ ...spec, description: 'two' })).toMatchObject({ description: 'two' });
    expect(await store.upsert({ ...spec, description: 'three' })).toMatchObject({ action: 'updated' });
    expect((await collect(store.list())).map(({ id }) => id)).toEqual([spec.id]);
    await store.delete(spec.id);
    await expect(store.get(spec.id)).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
    await expect(store.update(spec)).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
    expect(await store.upsert(spec)).toMatchObject({ action: 'created' });
    await store.delete(spec.id);
  });

  test('get an id, and keep no mark of an exclusive creation', async () => {
    const store = jenkins.credentials.in(owner);
    const spec = { kind: 'secretText', secret: 't', description: 'd' } as const;
    const { id, description } = await store.create(spec, { exclusive: true });
    expect(id).toMatch(/^[0-9a-f-]{36}$/u);
    expect(description).toBe('d');
    await store.delete(id);
  });

  test('live in domains', async () => {
    const store = jenkins.credentials.in(owner, 'gitea');
    await store.domains.create({ name: 'gitea', description: 'd' });
    await expect(store.domains.create({ name: 'gitea' })).rejects.toMatchObject({ code: 'Conflict' });
    await store.create({ kind: 'secretText', id: 'c', secret: 't' });
    expect(await collect(jenkins.credentials.in(owner).list())).toEqual([]);
    expect(await store.domains.list()).toMatchObject([{ name: '_' }, { name: 'gitea', description: 'd' }]);
    await store.domains.delete('gitea');
    await expect(collect(store.list())).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });

  test('are hidden from those without the right', async () => {
    const store = as('viewer').credentials.in(owner);
    await expect(collect(store.list())).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
    await expect(store.create({ kind: 'secretText', secret: 't' })).rejects.toMatchObject({
      code: 'NotFoundOrHidden',
    });
  });

  test('of a class that no plugin has are refused', async () => {
    const store = jenkins.credentials.in(owner);
    await expect(store.create({ kind: 'custom', class: 'no.such.Cred', fields: {} })).rejects.toMatchObject({
      code: 'ServerFault',
    });
  });
});

test('nodes and labels', async () => {
  const spec = { name: 'agent 1', description: 'd', executors: 2, remoteFs: '/a', labels: ['linux', 'x64'] };
  expect(await jenkins.nodes.create(spec)).toMatchObject({ name: 'agent 1', executors: 2, inbound: true });
  await expect(jenkins.nodes.create(spec)).rejects.toMatchObject({ code: 'Conflict' });
  expect((await jenkins.nodes.list()).map(({ name }) => name)).toEqual(['(built-in)', 'agent 1']);
  expect((await jenkins.labels.list()).find(({ name }) => name === 'x64')).toMatchObject({
    nodes: ['agent 1'],
  });
  expect(await jenkins.labels.get('linux')).toMatchObject({ nodes: ['agent 1'] });
  await jenkins.nodes.update('agent 1', { ...spec, executors: 3 });
  expect(await jenkins.nodes.takeOffline('agent 1', 'why')).toMatchObject({ offlineReason: 'why' });
  expect(await jenkins.nodes.takeOffline('agent 1', 'because')).toMatchObject({ offlineReason: 'because' });
  expect(await jenkins.nodes.bringOnline('agent 1')).toMatchObject({ takenOffline: false });
  expect(await jenkins.nodes.log('agent 1')).toBeTypeOf('string');
  await expect(as('viewer').nodes.delete('agent 1')).rejects.toMatchObject({ code: 'Forbidden' });
  await jenkins.nodes.delete('agent 1');
  await expect(jenkins.nodes.get('agent 1')).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
});

test('views', async () => {
  const view = await jenkins.views.create('my view', { description: 'v', jobs: ['p1'] });
  expect(view).toEqual({ name: 'my view', description: 'v', jobs: [['p1']] });
  await expect(jenkins.views.create('my view')).rejects.toMatchObject({ code: 'Conflict' });
  await jenkins.views.removeJob('my view', 'p1');
  expect((await jenkins.views.get('my view')).jobs).toEqual([]);
  await jenkins.views.addJob('my view', 'p1');
  await expect(jenkins.views.addJob('my view', 'ghost')).rejects.toMatchObject({ code: 'Invalid' });
  await expect(jenkins.views.configure('my view', { jobs: ['ghost'] })).rejects.toMatchObject({
    code: 'AppliedDifferently',
  });
  expect(await jenkins.views.configure('my view', { pattern: 'te.*' })).toMatchObject({ jobs: [['team']] });
  expect(await jenkins.views.list()).toContain('my view');
  await jenkins.views.delete('my view');
  await expect(jenkins.views.get('my view')).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
});

test('users and their tokens', async () => {
  const account = { id: 'new', password: 'pw', fullName: 'New User', email: 'n@example.org' };
  expect(await jenkins.users.create(account)).toMatchObject({ id: 'new', fullName: 'New User' });
  await expect(jenkins.users.create(account)).rejects.toMatchObject({ code: 'Conflict' });
  const { uuid } = await jenkins.users.tokens('new').generate('ci');
  await jenkins.users.tokens('new').rename(uuid, 'ci 2');
  await jenkins.users.tokens('new').revoke(uuid);
  await jenkins.users.delete('new');
  await expect(jenkins.users.get('new')).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
});

test('a new token works until it is revoked', async () => {
  const { uuid, value } = await jenkins.users.tokens().generate('ci');
  const own = connect({ url: fake.url, auth: { user: 'admin', token: value } });
  expect(await own.users.me()).toMatchObject({ id: 'admin' });
  await jenkins.users.tokens().revoke(uuid);
  await expect(own.users.me()).rejects.toMatchObject({ code: 'Unauthenticated' });
});

test('plugins, for those who may see them', async () => {
  expect((await jenkins.plugins.list()).map(({ shortName }) => shortName)).toContain('credentials');
  expect(await jenkins.plugins.updateCenter()).toMatchObject({ restartRequired: false });
  await expect(as('viewer').plugins.list()).rejects.toMatchObject({
    code: 'Forbidden',
    permission: 'hudson.model.Hudson.Administer',
  });
});

test('configuration as code', async () => {
  expect(await jenkins.casc.check('jenkins:\n  systemMessage: hi\n')).toEqual([]);
  expect(await jenkins.casc.check('jenkins:\n  nope: hi\n')).toHaveLength(1);
  await jenkins.casc.apply('jenkins:\n  systemMessage: hi\n');
  await jenkins.casc.reload();
  expect(await jenkins.casc.export()).toContain('jenkins');
  expect(await jenkins.casc.schema()).toHaveProperty('$schema');
  await expect(as('dev').casc.apply('jenkins: {}\n')).rejects.toMatchObject({ code: 'Forbidden' });
});

test('the converter and checks', async () => {
  expect(await jenkins.converter.validateJenkinsfile('pipeline {}')).toEqual([]);
  expect(await jenkins.converter.validateJenkinsfile('node {}')).toMatchObject([{ line: 1, column: 2 }]);
  expect(await jenkins.converter.toJson('pipeline {}')).toEqual(pipeline);
  expect(await jenkins.converter.validateJson(pipeline)).toEqual([]);
  expect(await jenkins.converter.toJenkinsfile(pipeline)).toBe('pipeline {}');
  expect(await jenkins.converter.checkCron('99 * * * *')).toMatchObject([{ kind: 'error' }]);
  expect(await jenkins.converter.checkScript(['p1'], 'echo 1')).toEqual([]);
});

test('a plugin that is not there is named', async () => {
  const plain = await startFakeJenkins({ plugins: { converter: false, casc: false } });
  try {
    const client = connect({
      url: plain.url,
      auth: { user: 'admin', token: plain.users['admin']?.token ?? '' },
    });
    await expect(client.casc.check('a: b')).rejects.toMatchObject({ code: 'Unsupported' });
    await expect(client.converter.validateJenkinsfile('a')).rejects.toMatchObject({
      code: 'Unsupported',
      plugins: ['pipeline-model-definition'],
    });
  } finally {
    await plain.close();
  }
});
