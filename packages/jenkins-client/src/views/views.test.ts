import { describe, expect, test } from 'vitest';
import { answering, recordedRequest } from '../testing/recorded-exchange.ts';
import { encodeView } from './view-spec.ts';

const name = 'my view';
const spec = {
  description: 'v',
  pattern: 'team/.*',
  recurse: true,
  columns: ['hudson.views.StatusColumn', 'hudson.views.JobColumn'],
};

test('makes a view in two steps and reads it back', async () => {
  const { jenkins, sent } = answering(
    '06-sys-18-view-create-form',
    '06-sys-20-view-configSubmit',
    '06-sys-21-view-get',
  );
  const view = await jenkins.views.create(name, spec);
  expect(view).toMatchObject({ name, description: 'v' });
  expect(view.jobs).toContainEqual(['team', 'mb', 'feature%2Fünïcode+plus']);
  expect(sent).toEqual([
    await recordedRequest('06-sys-18-view-create-form'),
    await recordedRequest('06-sys-20-view-configSubmit'),
    await recordedRequest('06-sys-21-view-get'),
  ]);
});

test('tells a taken name', async () => {
  const { jenkins } = answering('06-sys-19-view-create-dup');
  await expect(jenkins.views.create(name)).rejects.toMatchObject({ code: 'Conflict' });
});

test('passes on another refusal', async () => {
  const { jenkins } = answering({ status: 400, headers: { 'x-error': '? is an unsafe character' } });
  await expect(jenkins.views.create('a?')).rejects.toMatchObject({ code: 'Invalid' });
});

test('adds and removes items', async () => {
  const { jenkins, sent } = answering(
    '06-sys-22-view-addJob',
    '06-sys-23-view-addJob-missing',
    '06-sys-24-view-removeJob',
  );
  await jenkins.views.addJob(name, 'probe-WorkflowJob');
  await expect(jenkins.views.addJob(name, 'ghost')).rejects.toMatchObject({ code: 'Invalid' });
  await jenkins.views.removeJob(name, 'probe-WorkflowJob');
  expect(sent).toEqual([
    await recordedRequest('06-sys-22-view-addJob'),
    await recordedRequest('06-sys-23-view-addJob-missing'),
    await recordedRequest('06-sys-24-view-removeJob'),
  ]);
});

test('deletes a view', async () => {
  const { jenkins, sent } = answering('06-sys-26-view-delete');
  await jenkins.views.delete(name);
  expect(sent).toEqual([await recordedRequest('06-sys-26-view-delete')]);
});

describe('the views of a folder', () => {
  test('are listed', async () => {
    const { jenkins, sent } = answering('04-mb-06-mb-views');
    expect(await jenkins.views.in({ path: ['team', 'mb'] }).list()).toContain('default');
    expect(sent[0]).toMatchObject({ path: '/job/team/job/mb/api/json', query: { tree: 'views[name]' } });
  });

  test('name items below that folder', async () => {
    const shown = JSON.stringify({ name: 'v', description: null, jobs: [{ fullName: 'team/p1' }] });
    const { jenkins, sent } = answering({ status: 302 }, { status: 200, body: shown });
    await jenkins.views.in(['team']).configure('v', { jobs: ['p1'] });
    expect(sent[0]).toMatchObject({ path: '/job/team/view/v/configSubmit', form: { item_p1: 'on' } });
  });
});

test('tells what the view does not show', async () => {
  const { jenkins } = answering({ status: 302 }, '06-sys-21-view-get');
  await expect(
    jenkins.views.configure(name, { description: 'w', jobs: ['team/p1', 'ghost'], recurse: true }),
  ).rejects.toMatchObject({ code: 'AppliedDifferently', differences: ['jobs.ghost', 'description'] });
});

describe('the form of a view', () => {
  test('has the columns of a new view unless told', () => {
    const { json, ...fields } = encodeView('v', {});
    expect(fields).toEqual({ name: 'v', description: '' });
    expect(JSON.parse(json ?? '')).toMatchObject({ recurse: false, statusFilter: '' });
    expect(json?.match(/\$class/gu)).toHaveLength(7);
  });

  test('repeats flags as fields, which Jenkins reads instead of the JSON', () => {
    expect(encodeView('v', { status: 'disabled', filterQueue: true, filterExecutors: true })).toMatchObject({
      statusFilter: '2',
      filterQueue: 'on',
      filterExecutors: 'on',
    });
  });

  test('has no empty pattern', () => {
    expect(() => encodeView('v', { pattern: '' })).toThrow(/empty pattern/u);
  });
});

test.each(['', '.', '..'])('"%s" is no name', async (odd) => {
  const { jenkins, sent } = answering();
  await expect(jenkins.views.create(odd)).rejects.toMatchObject({ code: 'Invalid' });
  await expect(jenkins.views.delete(odd)).rejects.toMatchObject({ code: 'Invalid' });
  expect(sent).toEqual([]);
});
