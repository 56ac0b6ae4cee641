/** What a server answers is not to be trusted: whatever it sends, an operation gives a result or a typed error. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from './connect.ts';
import type { CallOptions } from './connection.ts';
import { isJenkinsError } from './errors.ts';
import { BuildWatch } from './events/build-watch.ts';
import { snapshotBuilds } from './events/snapshot.ts';
import { findStarts } from './builds/find-starts.ts';
import type { Jenkins } from './jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from './testing/index.ts';
import { hastyClock, makeJob } from './testing/made-jobs.ts';
import { collect } from './testing/recorded-exchange.ts';

/** Things of any shape, which have no place anywhere. */
const odd: readonly unknown[] = [
  null,
  [],
  {},
  '',
  'text',
  -1,
  1e300,
  true,
  [null],
  [[]],
  { '': null },
  ['x'],
  '\ud800',
];

let fake: FakeJenkins;
/** What becomes of the bodies of answers. */
let change: (body: string) => string = (body) => body;

async function changed(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.ok && (response.headers.get('content-type') ?? '').includes('json');
  return new Response(text === '' ? null : isJson ? change(text) : text, {
    status: response.status,
    headers: response.headers,
  });
}

/** Operations that read something, also those that write, each with all that it reads. */
const operations: Record<string, (jenkins: Jenkins, call: CallOptions) => Promise<unknown>> = {
  capabilities: (jenkins, call) => jenkins.capabilities(call),
  'capabilities without a list of plugins': (jenkins, call) =>
    connect({ url: jenkins.url, auth: viewer(), fetch: changed, retry: false }).capabilities(call),
  'who asks': (jenkins, call) => jenkins.system.whoAmI(call),
  'quiet state': (jenkins, call) => jenkins.system.quietState(call),
  item: (jenkins, call) => jenkins.item('team/p1').get(call),
  'whether it exists': (jenkins, call) => jenkins.item('team/p1').exists(call),
  children: (jenkins, call) => collect(jenkins.item('team').children(call)),
  branches: (jenkins, call) => collect(jenkins.item('team').branches(call)),
  parameters: (jenkins, call) => jenkins.item('team/p1').parameters(call),
  builds: (jenkins, call) => collect(jenkins.item('team/p1').builds(call)),
  build: (jenkins, call) => jenkins.item('team/p1').buildRef(1).get(call),
  'result of a build': (jenkins, call) => jenkins.item('team/p1').buildRef(1).finished(call),
  stop: (jenkins, call) =>
    jenkins
      .item('team/p1')
      .buildRef(1)
      .stop({ ...call, escalate: true, waitMs: 50 }),
  stages: (jenkins, call) => jenkins.item('team/p1').buildRef(1).stages(call),
  steps: (jenkins, call) => jenkins.item('team/p1').buildRef(1).steps(call),
  inputs: (jenkins, call) => jenkins.item('team/p1').buildRef(1).inputs(call),
  tests: (jenkins, call) => jenkins.item('team/p1').buildRef(1).tests(call),
  artifacts: (jenkins, call) => jenkins.item('team/p1').buildRef(1).artifacts(call),
  'restartable stages': (jenkins, call) => jenkins.item('team/p1').buildRef(1).restartableStages(call),
  starts: (jenkins, call) => findStarts(jenkins.connection, ['team', 'p1'], call),
  queue: (jenkins, call) => jenkins.queue.list(call),
  'queue item': (jenkins, call) => jenkins.queue.item(queued, call),
  'a wait in the queue': (jenkins, call) =>
    jenkins.queue.follow({ item: ['team', 'p1'], queueId: queued }).state(call),
  snapshot: (jenkins, call) => snapshotBuilds(jenkins.connection, call),
  async events(jenkins, call) {
    const watch = new BuildWatch(jenkins.connection);
    return [await watch.poll(call), await watch.poll(call), await watch.poll(call)];
  },
  credentials: (jenkins, call) => collect(jenkins.credentials.in('system').list(call)),
  credential: (jenkins, call) => jenkins.credentials.in('system').get('c', call),
  'credentials’ domains': (jenkins, call) => jenkins.credentials.in('system').domains.list(call),
  nodes: (jenkins, call) => jenkins.nodes.list(call),
  node: (jenkins, call) => jenkins.nodes.get('(built-in)', call),
  labels: (jenkins, call) => jenkins.labels.list(call),
  label: (jenkins, call) => jenkins.labels.get('linux', call),
  views: (jenkins, call) => jenkins.views.list(call),
  view: (jenkins, call) => jenkins.views.get('all', call),
  plugins: (jenkins, call) => jenkins.plugins.list(call),
  'update centre': (jenkins, call) => jenkins.plugins.updateCenter(call),
  user: (jenkins, call) => jenkins.users.me(call),
  'new token': (jenkins, call) => jenkins.users.tokens().generate('t', call),
  'new user': (jenkins, call) => jenkins.users.create({ id: crypto.randomUUID(), password: 'p4ss' }, call),
  'written credential': (jenkins, call) =>
    jenkins.credentials.in('system').upsert({ kind: 'secretText', id: 'w', secret: 's3cret' }, call),
  'new credential': (jenkins, call) =>
    jenkins.credentials.in('system').create({ kind: 'secretText', secret: 's3cret' }, call),
  'node taken offline': (jenkins, call) => jenkins.nodes.takeOffline('(built-in)', 'why', call),
  'written view': (jenkins, call) => jenkins.views.configure('v', { jobs: ['team'] }, call),
  'kept build': (jenkins, call) => jenkins.item('team/p1').buildRef(1).keep(true, call),
  'renamed build': (jenkins, call) => jenkins.item('team/p1').buildRef(1).rename('one', call),
  'start of a build': (jenkins, call) =>
    jenkins.item('team/p1').build({ A: 'z' }, { ...call, quietPeriodS: 3600 }),
  'checked configuration': (jenkins, call) => jenkins.casc.check('jenkins: {}', call),
  'checked script': (jenkins, call) => jenkins.converter.checkScript(['team', 'p1'], 'node {}', call),
  folders: (jenkins, call) => collect(jenkins.folders.list([], call)),
};

let queued = 0;
const viewer = () => ({ user: 'viewer', token: fake.users.viewer.token });

beforeAll(async () => {
  fake = await startFakeJenkins();
  const jenkins = connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token } });
  const parameters = [{ 'stapler-class': 'hudson.model.StringParameterDefinition', name: 'A' }];
  await makeJob(jenkins.connection, ['team', 'p1'], { parameters });
  await jenkins.views.create('v');
  await jenkins.credentials.in('system').create({ kind: 'secretText', id: 'c', secret: 's3cret' });
  fake.runs('team/p1', async (build) => {
    if (build.number > 1) return build.input({ message: 'Go on?' }).then(() => undefined);
    await build.stage('Test', () => build.step('echo', () => build.print('hello\n')));
    build.artifact('a/b.txt', new Uint8Array(3));
  });
  await (await jenkins.item('team/p1').build({ A: 'x' })).finished();
  await (await jenkins.item('team/p1').build({ A: 'y' })).started();
  ({ queueId: queued } = await jenkins.item('team/p1').build({ A: 'z' }, { quietPeriodS: 3600 }));
});
afterAll(() => fake.close());

/** All values that differ from a value in one place. */
function* variations(value: unknown): Generator {
  yield* odd;
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    // Entries are alike: the first stands for all.
    for (const other of variations(value[0])) yield [other, ...(value.slice(1) as unknown[])];
    return;
  }
  for (const key of Object.keys(value)) {
    const { [key]: one, ...rest } = value as Record<string, unknown>;
    yield rest;
    for (const other of variations(one)) yield { ...rest, [key]: other };
  }
}

test.each(Object.entries(operations))('%s', { timeout: 240_000 }, async (_, operate) => {
  // What this operation is answered, each distinct answer once.
  const answers = new Set<string>();
  change = (body) => {
    answers.add(body);
    return body;
  };
  expect(await attempt(operate)).toBe('answered');
  expect(answers.size).toBeGreaterThan(0);
  for (const answer of answers) {
    const bodies = [...variations(JSON.parse(answer))].map((other) => JSON.stringify(other));
    // Not all of what a long answer could be, but of every part of it.
    const step = Math.max(1, Math.ceil(bodies.length / 150));
    for (let at = 0; at < bodies.length; at += step) {
      change = (body) => (body === answer ? (bodies[at] ?? '') : body);
      await attempt(operate);
    }
    for (const page of ['', '<html>', '{']) {
      change = (body) => (body === answer ? page : body);
      await attempt(operate);
    }
  }
});

test('a login page with 200 is not taken for an item', async () => {
  change = () => '<html>';
  expect(await attempt((jenkins, call) => jenkins.item('team/p1').exists(call))).toBe('failed');
});

async function attempt(
  operate: (jenkins: Jenkins, call: CallOptions) => Promise<unknown>,
): Promise<'answered' | 'failed'> {
  const jenkins = connect({
    url: fake.url,
    auth: { user: 'admin', token: fake.users.admin.token },
    fetch: changed,
    clock: hastyClock(),
    retry: false,
  });
  try {
    await operate(jenkins, { timeoutMs: 20_000 });
    return 'answered';
  } catch (error) {
    if (!isJenkinsError(error)) throw error;
    expect(error.message).not.toMatch(/undefined|\[object|NaN|<html/u);
    return 'failed';
  }
}
