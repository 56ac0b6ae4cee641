import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestBuild } from '../builds/build-ref.ts';
import { connect } from '../connect.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { makeJob } from '../testing/made-jobs.ts';
import { scriptedJenkins } from '../transport/scripted-server.ts';

let fake: FakeJenkins;
let jenkins: Jenkins;

beforeAll(async () => {
  fake = await startFakeJenkins();
  jenkins = connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token } });
  await makeJob(jenkins.connection, ['team', 'p1']);
});
afterAll(async () => {
  await jenkins.close();
  await fake.close();
});

test('what waits is listed with its job, its cause and its reason', async () => {
  expect(await jenkins.queue.list()).toEqual([]);
  const { queueId } = await requestBuild(jenkins.connection, ['team', 'p1'], {}, { quietPeriodS: 3600 });
  const [item, ...others] = await jenkins.queue.list();
  expect(others).toEqual([]);
  expect(item).toMatchObject({
    id: queueId,
    state: 'waiting',
    item: ['team', 'p1'],
    why: expect.stringContaining('quiet period') as string,
    causes: [{ kind: 'user', userId: 'admin' }],
  });
  expect(await jenkins.queue.item(queueId)).toMatchObject({ id: queueId, state: 'waiting' });
  await jenkins.queue.cancel(queueId);
  expect(await jenkins.queue.list()).toEqual([]);
  expect(await jenkins.queue.item(queueId)).toMatchObject({ state: 'cancelled' });
});

test('an item that is not there', async () => {
  await expect(jenkins.queue.item(999_999)).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  await expect(jenkins.queue.cancel(999_999)).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
});

test('an item that left the queue cannot be cancelled', async () => {
  const { queueId } = await requestBuild(jenkins.connection, ['team', 'p1'], {}, { quietPeriodS: 3600 });
  await jenkins.queue.cancel(queueId);
  await expect(jenkins.queue.cancel(queueId)).rejects.toMatchObject({ code: 'Conflict' });
});

test('a user without the right to cancel is told so', async () => {
  const { queueId } = await requestBuild(jenkins.connection, ['team', 'p1'], {}, { quietPeriodS: 3600 });
  const viewer = connect({ url: fake.url, auth: { user: 'viewer', token: fake.users.viewer.token } });
  const refusal = { code: 'Forbidden', permission: 'hudson.model.Item.Cancel', status: 422 };
  await expect(viewer.queue.cancel(queueId)).rejects.toMatchObject(refusal);
  await expect(viewer.queue.follow({ item: ['team', 'p1'], queueId }).cancel()).rejects.toMatchObject(
    refusal,
  );
  await viewer.close();
});

test('a server that fails to cancel what still waits', async () => {
  const { jenkins: scripted } = await scriptedJenkins(({ method }, response) => {
    if (method === 'POST') response.writeHead(500).end();
    else response.end('{"_class":"hudson.model.Queue$WaitingItem","id":7}');
  });
  await expect(scripted.queue.cancel(7)).rejects.toMatchObject({ code: 'ServerFault' });
});

test.each(['<html>', '[]', '{"items":null}', '{"items":[{"id":"x"}]}'])(
  'an answer that is no queue: %s',
  async (body) => {
    const { jenkins: scripted } = await scriptedJenkins((_, response) => {
      response.end(body);
    });
    await expect(scripted.queue.list()).rejects.toMatchObject({ code: 'UnexpectedBody' });
  },
);
