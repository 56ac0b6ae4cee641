import { expect, test } from 'vitest';
import { connect } from '../connect.ts';
import type { Connection } from '../connection.ts';
import type { Jenkins } from '../jenkins.ts';
import { recordedResponse, recording } from '../testing/recording.ts';
import { BuildRef, requestBuild } from './build-ref.ts';
import { listBuilds } from './list-builds.ts';
import { restartableStages } from './restart-stage.ts';
import { sendStop } from './stop.ts';

/** A client of a server that gives one recorded answer, and what was asked of it. */
function replay(name: string): { jenkins: Jenkins; asked: () => string } {
  const requests: string[] = [];
  const recorded = recording(name);
  const host = recorded.response.headers['location'];
  const url = typeof host === 'string' && host.startsWith('http') ? new URL(host).origin : 'http://ci.test';
  const prefix = name.startsWith('11-sub') ? '/jenkins' : '';
  const jenkins = connect({
    url: `${url}${prefix}`,
    auth: { user: 'admin', token: 'the-token' },
    retry: false,
    fetch: (address, init) => {
      const { pathname } = new URL(address);
      requests.push(`${init.method} ${pathname.slice(prefix.length)}`);
      return Promise.resolve(recordedResponse(name));
    },
  });
  return { jenkins, asked: () => requests.join(', ') };
}

const p1 = ['team', 'p1'];
const sleeper = (connection: Connection) => new BuildRef(connection, ['team', 'sleeper'], 1);
const unchecked = { check: false };

type Case = readonly [
  name: string,
  call: (jenkins: Jenkins) => Promise<unknown>,
  outcome: object | undefined,
];

const cases: readonly Case[] = [
  [
    '02-items-43-job-build-disabled',
    (j) => requestBuild(j.connection, p1, {}, unchecked),
    { code: 'Disabled', status: 409 },
  ],
  [
    '03-builds-02-buildWithParameters',
    (j) =>
      requestBuild(j.connection, p1, { WHO: 'ana & Bjørn', LEVEL: 'mid' }, { check: false, quietPeriodS: 2 }),
    { queueId: 7, coalesced: false },
  ],
  [
    '03-builds-30-build-choice-invalid',
    (j) => requestBuild(j.connection, p1, { LEVEL: 'nope' }, unchecked),
    { code: 'ServerFault', status: 500 },
  ],
  [
    '03-builds-31-build-unknown-param',
    (j) => requestBuild(j.connection, p1, { NOPE: 'x' }, unchecked),
    { queueId: 10 },
  ],
  [
    '03-builds-32-build-duplicate-coalesced',
    (j) => requestBuild(j.connection, p1, { WHO: 'same' }, unchecked),
    { queueId: 11, coalesced: false },
  ],
  [
    '03-builds-33-build-duplicate-coalesced-2',
    (j) => requestBuild(j.connection, p1, { WHO: 'same' }, unchecked),
    { queueId: 11, coalesced: true },
  ],
  [
    '03-builds-34-build-viewer',
    (j) => requestBuild(j.connection, p1, {}, unchecked),
    { code: 'Forbidden', permission: 'hudson.model.Item.Build', user: 'viewer' },
  ],
  [
    '04-mb-01-scan-now',
    (j) => requestBuild(j.connection, ['team', 'mb'], {}, unchecked),
    { code: 'Conflict' },
  ],
  ['11-sub-03-build', (j) => requestBuild(j.connection, ['p'], {}, unchecked), { queueId: 1 }],
  ['11-sub-05-build-foreign-root', (j) => requestBuild(j.connection, ['p'], {}, unchecked), { queueId: 2 }],
  ['11-sub-13-build-no-root', (j) => requestBuild(j.connection, ['p'], {}, unchecked), { queueId: 3 }],
  ['03-builds-04-queue-list', (j) => j.queue.list(), [{ id: 7, item: p1, state: 'waiting' }]],
  ['03-builds-35-queue-list-several', (j) => j.queue.list(), [{ id: 9 }, { id: 11, item: p1 }]],
  ['03-builds-36-queue-cancel', (j) => j.queue.cancel(9), undefined],
  ['03-builds-38-queue-cancel-missing', (j) => j.queue.cancel(999_999), { code: 'NotFoundOrHidden' }],
  ['03-builds-39-queue-item-missing', (j) => j.queue.item(999_999), { code: 'NotFoundOrHidden' }],
  ['09-misc-01-queue-item-after-5min', (j) => j.queue.item(7), { code: 'NotFoundOrHidden' }],
  ['03-builds-40-stop', (j) => sleeper(j.connection).stop(), undefined],
  ['03-builds-42-term', (j) => sleeper(j.connection).term(), undefined],
  ['03-builds-44-kill', (j) => sleeper(j.connection).kill(), undefined],
  ['03-builds-46-stop-finished', (j) => sendStop(j.connection, sleeper(j.connection), 'stop'), undefined],
  ['03-builds-48-build-description', (j) => sleeper(j.connection).describe('noted'), undefined],
  [
    '03-builds-51-build-delete-kept',
    (j) => sleeper(j.connection).delete(),
    { code: 'Invalid', message: expect.stringContaining('explicitly marked to be kept') as string },
  ],
  [
    '03-builds-16-build-done',
    (j) => new BuildRef(j.connection, p1, 1).get(),
    { number: 1, result: 'SUCCESS' },
  ],
  [
    '03-builds-26-lastFailed-none',
    (j) => new BuildRef(j.connection, p1, 'lastFailedBuild').get(),
    { code: 'NotFoundOrHidden' },
  ],
  [
    '03-builds-28-build-number-missing',
    (j) => new BuildRef(j.connection, p1, 9999).get(),
    { code: 'NotFoundOrHidden' },
  ],
  [
    '03-builds-27-allBuilds-range',
    async (j) => (await listBuilds(j.connection, p1, 'number', { limit: 2 }).next()).value,
    { number: 1 },
  ],
  [
    '13-pgv-16-restart-list',
    (j) => restartableStages(j.connection, new BuildRef(j.connection, ['team', 'mb', 'main'], 'lastBuild')),
    ['Build', 'Test', 'Maybe fail'],
  ],
];

test.each(cases)('%s', async (name, call, outcome) => {
  const { jenkins, asked } = replay(name);
  const got: unknown = await call(jenkins).catch((error: unknown) => error);
  const { method, path } = recording(name).request;
  expect(asked()).toBe(`${method} ${path.split('?')[0]}`);
  if (outcome === undefined) expect(got).toBeUndefined();
  else expect(got).toMatchObject(outcome);
});
