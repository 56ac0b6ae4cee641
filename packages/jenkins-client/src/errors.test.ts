/** Every class of error, provoked by what a user does, against a server over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from './connect.ts';
import * as errors from './errors.ts';
import { isJenkinsError } from './errors.ts';
import type { Jenkins } from './jenkins.ts';
import { startFakeJenkins, type Fault, type FakeJenkins } from './testing/index.ts';
import { hastyClock, makeJob } from './testing/made-jobs.ts';
import { rejection } from './transport/scripted-server.ts';

let fake: FakeJenkins;
let admin: Jenkins;

beforeAll(async () => {
  fake = await startFakeJenkins({ plugins: { casc: false } });
  admin = as({ user: 'admin', token: fake.users.admin.token });
  const parameters = [
    { 'stapler-class': 'hudson.model.ChoiceParameterDefinition', name: 'LEVEL', choices: 'low\nhigh' },
  ];
  await makeJob(admin.connection, ['team', 'p1'], { parameters });
  await makeJob(admin.connection, ['off'], { disabled: true });
});
afterAll(() => fake.close());

function as(auth: Parameters<typeof connect>[0]['auth'] & object): Jenkins {
  return connect({ url: fake.url, auth, clock: hastyClock(), retry: { limit: 1 } });
}

/** Does something while all requests, or those of a method, go wrong. */
async function during<T>(fault: Fault, work: () => Promise<T>, method?: string): Promise<T> {
  const undo = fake.fault((request) =>
    method === undefined || request.method === method ? fault : undefined,
  );
  try {
    return await work();
  } finally {
    undo();
  }
}

const job = () => admin.item('team/p1');
const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' };
const noCrumb = {
  status: 403,
  headers: { 'content-type': 'text/html' },
  body: 'No valid crumb was included',
};
const toLogin = {
  status: 302,
  headers: { location: 'https://sso.test/auth?client_id=jenkins&secret=s3cret' },
};

/** What provokes each class, and what its error tells beside the message. */
const provocations: Record<
  Exclude<Extract<keyof typeof errors, `${string}Error`>, 'JenkinsError' | 'isJenkinsError'>,
  { by: () => Promise<unknown>; tells: object }
> = {
  UnauthenticatedError: {
    by: () => as({ user: 'admin', token: 'wr0ng-t0ken' }).item('team').get(),
    tells: { status: 401, method: 'GET', path: 'job/team/api/json' },
  },
  LoginRedirectError: {
    by: () => during(toLogin, () => admin.queue.list()),
    tells: { status: 302, location: 'https://sso.test/auth' },
  },
  ForbiddenError: {
    by: () => as({ user: 'viewer', token: fake.users.viewer.token }).item('team/p1').build({ LEVEL: 'low' }),
    tells: { status: 403, user: 'viewer', permission: 'hudson.model.Item.Build' },
  },
  CrumbRejectedError: {
    by: () =>
      during(
        noCrumb,
        () => as({ user: 'admin', password: fake.users.admin.password }).system.quietDown(),
        'POST',
      ),
    tells: { status: 403, path: 'quietDown' },
  },
  NotFoundOrHiddenError: { by: () => admin.item('team/none').get(), tells: { status: 404 } },
  ConflictError: { by: () => admin.folders.create('team'), tells: {} },
  DisabledError: { by: () => admin.item('off').build(), tells: { status: 409 } },
  InvalidError: {
    by: () => job().build({ LEVEL: 'middle' }),
    tells: { findings: [expect.stringContaining('low, high')] },
  },
  NotReadyError: {
    by: () => during({ status: 503, headers: { 'retry-after': '7' } }, () => admin.system.whoAmI()),
    tells: { status: 503, retryAfterMs: 7000 },
  },
  ServerFaultError: {
    by: () => job().build({ LEVEL: 'middle' }, { check: false }),
    tells: { status: 500, loggingId: expect.stringMatching(/^[0-9a-f-]{36}$/u) as string },
  },
  UnexpectedBodyError: { by: () => during(page, () => admin.queue.list()), tells: { status: 200 } },
  TooLargeError: {
    by: () =>
      connect({
        url: fake.url,
        auth: { user: 'admin', token: fake.users.admin.token },
        maxBytes: 9,
      }).queue.list(),
    tells: { limit: 9 },
  },
  QueueItemLostError: {
    by: () => admin.queue.follow({ item: ['team', 'p1'], queueId: 4711 }).started(),
    tells: { queueId: 4711 },
  },
  QueueItemCancelledError: {
    async by() {
      const request = await job().build({ LEVEL: 'low' }, { quietPeriodS: 3600 });
      await request.cancel();
      return request.started();
    },
    tells: { queueId: expect.any(Number) as number },
  },
  AppliedDifferentlyError: {
    by: () => admin.views.create('v', { jobs: ['no-such-item'] }),
    tells: { differences: ['jobs.no-such-item'] },
  },
  UnsupportedError: { by: () => admin.casc.reload(), tells: { plugins: ['configuration-as-code'] } },
  ConnectionFailedError: {
    by: () => during('reset-after', () => job().build({ LEVEL: 'high' }), 'POST'),
    tells: { maybeSent: true, lasting: false },
  },
  TimeoutError: {
    by: () => during({ delayMs: 600_000 }, () => admin.queue.list({ timeoutMs: 20 })),
    tells: { path: 'queue/api/json' },
  },
  AbortedError: {
    by: () => admin.queue.list({ signal: AbortSignal.abort('enough') }),
    tells: { cause: 'enough' },
  },
};

describe('every class of error', () => {
  test('is here', () => {
    const classes = Object.keys(errors).filter((name) => /^(?!is|Jenkins).*Error$/u.test(name));
    expect(Object.keys(provocations).sort()).toEqual(classes.sort());
  });

  test.each(Object.entries(provocations))('%s', async (name, { by, tells }) => {
    const error = await rejection(by());
    if (!isJenkinsError(error)) throw error;
    expect(error).toMatchObject({ ...tells, name });
    expect(error.constructor.name).toBe(name);
    expect(error.code).toBe(name.replace(/Error$/u, ''));
    expect(isJenkinsError(error, error.code)).toBe(true);
    expect(isJenkinsError(error, error.code === 'Aborted' ? 'Timeout' : 'Aborted')).toBe(false);
    // A sentence for people, without markup and secrets.
    expect(error.message).toMatch(/^[A-Z].{20,}/u);
    const { admin: secrets } = fake.users;
    for (const secret of ['<', 's3cret', 'wr0ng-t0ken', secrets.token, secrets.password]) {
      expect(JSON.stringify([error.message, Object.entries(error)])).not.toContain(secret);
    }
  });
});

describe('an error', () => {
  test('is one line of bounded length, whatever a server said', () => {
    const { message } = new errors.InvalidError(`a\u001b[31m\r\nb${'c'.repeat(100_000)}`);
    expect(message).toMatch(/^a \[31m bc+…$/u);
    expect(message.length).toBeLessThan(5000);
  });

  test('of another copy of the package is known, others are not', () => {
    const copy = Object.assign(new Error('m'), { name: 'TimeoutError', code: 'Timeout', path: undefined });
    expect(isJenkinsError(copy, 'Timeout')).toBe(true);
    for (const other of [
      new Error('m'),
      Object.assign(new Error('m'), { code: 'ECONNREFUSED' }),
      { code: 'Timeout' },
      null,
    ]) {
      expect(isJenkinsError(other)).toBe(false);
    }
  });
});
