import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../connect.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { recording } from '../testing/recording.ts';
import { wantedFolder } from './wanted-folder.ts';

let fake: FakeJenkins;
let jenkins: Jenkins;

beforeEach(async () => {
  fake = await startFakeJenkins();
  jenkins = connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token } });
});

afterEach(async () => {
  await jenkins.close();
  await fake.close();
});

function writes(): number {
  return fake.requests.filter(({ method }) => method !== 'GET').length;
}

test('the form of a folder is the recorded one', () => {
  const recorded = new URLSearchParams(recording('02-items-20-folder-configSubmit').request.body ?? '');
  const form = wantedFolder({ description: 'the team', displayName: 'Team A' }).formOver({});
  expect(JSON.parse(form['json'] ?? '')).toEqual(JSON.parse(recorded.get('json') ?? ''));
});

test('a folder is created with one request when it has no settings', async () => {
  const folder = await jenkins.folders.create('team');
  expect(folder.path).toEqual(['team']);
  expect(writes()).toBe(1);
});

test('a folder is created with its settings, and those on the way without', async () => {
  await jenkins.folders.create('a/b b/c', { parents: true, description: 'd', displayName: 'C' });
  expect(await jenkins.item('a/b b/c').get()).toMatchObject({
    kind: 'folder',
    description: 'd',
    displayName: 'C',
  });
  await expect(jenkins.folders.create('x/y')).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
});

test('a folder that is there is left alone or told, as wanted; anything else of its name is told', async () => {
  await jenkins.folders.create('team', { description: 'first' });
  await jenkins.pipelines.apply(['p'], { kind: 'inline', script: '' });
  await jenkins.folders.create('team', { description: 'second', ifMissing: true });
  expect(await jenkins.item('team').get()).toMatchObject({ description: 'first' });
  await expect(jenkins.folders.create('team')).rejects.toMatchObject({ code: 'Conflict' });
  await expect(jenkins.folders.create('p', { ifMissing: true })).rejects.toMatchObject({ code: 'Conflict' });
  await expect(jenkins.folders.apply('p', {})).rejects.toMatchObject({ code: 'Conflict' });
});

test('applying changes what differs, keeps what others store, and writes nothing the second time', async () => {
  await jenkins.folders.apply('team', { description: 'one', displayName: 'Team' });
  fake.clearRequests();
  expect(await jenkins.folders.apply('team', { description: 'one' })).toMatchObject({ action: 'unchanged' });
  expect(writes()).toBe(0);
  await jenkins.raw.request({
    method: 'POST',
    path: 'job/team/config.xml',
    body: {
      type: 'application/xml',
      text: fake.job('team')?.configXml.replace('<properties/>', '<properties><x.Y/></properties>') ?? '',
    },
  });
  const result = await jenkins.folders.apply('team', { description: 'two', displayName: null });
  expect(result).toMatchObject({ action: 'updated', unmanaged: ['properties'] });
  expect(fake.job('team')?.configXml).toContain('<x.Y');
  expect(await jenkins.item('team').get()).toMatchObject({ description: 'two', displayName: 'team' });
});

test('folders are listed and deleted', async () => {
  await jenkins.folders.create('a/b', { parents: true });
  await jenkins.pipelines.apply(['p'], { kind: 'inline', script: '' });
  const names: string[] = [];
  for await (const { name } of jenkins.folders.list()) names.push(name);
  for await (const { path } of jenkins.folders.list('a')) names.push(path.join('/'));
  expect(names).toEqual(['a', 'a/b']);
  await jenkins.folders.delete(['a']);
  expect(await jenkins.item('a').exists()).toBe(false);
});

test('text that no configuration can hold is refused before anything is sent', async () => {
  await expect(jenkins.folders.create('team', { description: 'a\0' })).rejects.toMatchObject({
    code: 'Invalid',
  });
  expect(fake.requests).toEqual([]);
});
