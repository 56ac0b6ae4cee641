import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../connect.ts';
import type { Clock } from '../connection.ts';
import type { Jenkins } from '../jenkins.ts';
import { select } from '../select.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { recordedJson } from '../testing/recording.ts';
import { parseItem } from './item-state.ts';

/** Waits pass at once. */
const clock: Clock = { now: () => 0, sleep: () => new Promise((resolve) => setImmediate(resolve)) };

let fake: FakeJenkins;
let jenkins: Jenkins;

beforeEach(async () => {
  fake = await startFakeJenkins({ prefix: '/jenkins' });
  jenkins = connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token }, clock });
  await jenkins.folders.create('team');
  await jenkins.pipelines.apply(['team', 'p1'], { kind: 'inline', script: 'echo 1', description: 'first' });
});

afterEach(async () => {
  await jenkins.close();
  await fake.close();
});

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

describe('an item', () => {
  test('is addressed without a request', () => {
    fake.clearRequests();
    const item = jenkins.item('team/sub folder', 'p1');
    expect(item.path).toEqual(['team', 'sub folder', 'p1']);
    expect(item.name).toBe('p1');
    expect(item.parent?.path).toEqual(['team', 'sub folder']);
    expect(item.branch('feature/x').path.at(-1)).toBe('feature%2Fx');
    expect(item.item('a/b').path).toEqual(['team', 'sub folder', 'p1', 'a', 'b']);
    expect(jenkins.item().parent).toBeUndefined();
    expect(fake.requests).toEqual([]);
  });

  test('is read, whole or as selected', async () => {
    await expect(jenkins.item('team/p1').get()).resolves.toEqual({
      path: ['team', 'p1'],
      name: 'p1',
      displayName: 'p1',
      kind: 'pipeline',
      javaClass: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
      description: 'first',
      disabled: false,
      buildable: true,
    });
    await expect(jenkins.item('team').get(select({ name: true }))).resolves.toMatchObject({ name: 'team' });
    await expect(jenkins.item('team/none').get()).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });

  test('is read from what a real server answers', () => {
    expect(parseItem(recordedJson('02-items-29-pipeline-get'))).toMatchObject({
      path: ['team', 'p1'],
      buildable: true,
    });
    expect(parseItem(recordedJson('02-items-21-folder-get'))).toMatchObject({
      path: ['team'],
      displayName: 'Team A',
      description: 'the team',
      kind: 'folder',
    });
    expect(parseItem(recordedJson('02-items-66-space-encoded'))).toMatchObject({
      path: ['team', 'sub folder'],
    });
    expect(parseItem(recordedJson('04-mb-04-mb-get'))).toMatchObject({ kind: 'multibranch' });
    expect(() => parseItem({ name: 'x' })).toThrow(/another shape/);
  });

  test('tells whether it exists', async () => {
    expect(await jenkins.item('team/p1').exists()).toBe(true);
    expect(await jenkins.item('team/p2').exists()).toBe(false);
  });

  test('is renamed, moved and copied; a copy can be built', async () => {
    const renamed = await jenkins.item('team/p1').rename('p 2');
    expect(renamed.path).toEqual(['team', 'p 2']);
    const moved = await renamed.moveTo([]);
    expect(moved.path).toEqual(['p 2']);
    const back = await moved.moveTo(jenkins.item('team'));
    const copy = await back.copyTo(['team', 'p1']);
    expect(await copy.get()).toMatchObject({ buildable: true, description: 'first', path: ['team', 'p1'] });
    await expect(copy.rename('p 2')).rejects.toMatchObject({ code: 'Conflict' });
    await expect(back.copyTo(copy)).rejects.toMatchObject({ code: 'Conflict' });
    await expect(back.moveTo(['none'])).rejects.toMatchObject({ code: 'Conflict' });
    await copy.copyTo(['p 2']);
    await expect(back.moveTo([])).rejects.toMatchObject({ code: 'Conflict' });
    expect((await back.moveTo(['team'])).path).toEqual(['team', 'p 2']);
    await expect(jenkins.item('team/none').moveTo([])).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
    await expect(copy.rename('a/b')).rejects.toMatchObject({ code: 'Invalid' });
    await expect(copy.rename('blank ')).rejects.toMatchObject({ code: 'Invalid' });
    await expect(copy.copyTo([' blank'])).rejects.toMatchObject({ code: 'Invalid' });
    await expect(jenkins.item('team/none').copyTo(['x'])).rejects.toMatchObject({ code: 'Invalid' });
  });

  test('that is a folder is copied with jobs that can be built', async () => {
    await jenkins.folders.create('team/sub');
    await jenkins.pipelines.apply(['team', 'sub', 'p2'], { kind: 'inline', script: 'echo 2' });
    await jenkins.pipelines.apply(['team', 'off'], { kind: 'inline', script: 'echo 3', disabled: true });
    const copy = await jenkins.item('team').copyTo(['copy']);
    expect(await copy.item('p1').get()).toMatchObject({ buildable: true, description: 'first' });
    expect(await copy.item('sub/p2').get()).toMatchObject({ buildable: true });
    expect(await copy.item('off').get()).toMatchObject({ buildable: false, disabled: true });
  });

  test('that is a folder is described without its view, and not disabled', async () => {
    const team = jenkins.item('team');
    await team.describe('the <team> 🚀');
    expect(await team.get()).toMatchObject({ description: 'the <team> 🚀' });
    await team.describe('');
    expect((await team.get()).description).toBe('');
    await expect(team.describe('a\0')).rejects.toMatchObject({ code: 'Invalid' });
    await expect(team.disable()).rejects.toMatchObject({ code: 'Unsupported' });
    await team.enable();
    await expect(jenkins.item('none').describe('x')).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  });

  test('is disabled, enabled and described', async () => {
    const item = jenkins.item('team/p1');
    await item.disable();
    expect(await item.get()).toMatchObject({ disabled: true, buildable: false });
    await item.enable();
    await item.describe('dé & "sc"');
    expect(await item.get()).toMatchObject({ disabled: false, description: 'dé & "sc"' });
  });

  test.each(['reset-after', { status: 503 }] as const)(
    'is deleted once, whatever becomes of the answer: %j',
    async (fault) => {
      let lost = 0;
      fake.fault(({ method }) => (method === 'DELETE' && lost++ === 0 ? fault : undefined));
      await jenkins.item('team/p1').delete();
      expect(fake.job('team/p1')).toBeUndefined();
      await expect(jenkins.item('team/p1').delete()).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
      await expect(jenkins.item().delete()).rejects.toMatchObject({ code: 'Invalid' });
    },
  );

  test('is deleted where the method DELETE does not pass', async () => {
    fake.fault(({ method }) => (method === 'DELETE' ? { status: 405 } : undefined));
    await jenkins.item('team/p1').delete();
    expect(fake.job('team/p1')).toBeUndefined();
  });

  test('is built', async () => {
    const { result } = await (await jenkins.item('team/p1').build()).finished();
    expect(result).toBe('SUCCESS');
    const builds = await all(jenkins.item('team/p1').builds());
    expect(builds.map(({ number }) => number)).toEqual([1]);
    expect(await jenkins.item('team/p1').get()).toMatchObject({
      lastBuild: { number: 1, result: 'SUCCESS' },
    });
    expect(await jenkins.item('team/p1').parameters()).toEqual([]);
  });
});

describe('the items of a folder', () => {
  test('are each told once, although others go while they are read', async () => {
    const names = Array.from({ length: 230 }, (_, index) => `j${String(index).padStart(3, '0')}`);
    for (const name of names) {
      await jenkins.raw.request({
        method: 'POST',
        path: 'job/team/createItem',
        form: { name, mode: 'org.jenkinsci.plugins.workflow.job.WorkflowJob' },
        accept: [302],
      });
    }
    const told: string[] = [];
    for await (const { name } of jenkins.item('team').children()) {
      told.push(name);
      if (name === 'j090') for (const gone of names.slice(0, 60)) await jenkins.item('team', gone).delete();
    }
    expect(told).toEqual([...names, 'p1']);
  });
});

describe('a multibranch pipeline', () => {
  const mb = ['team', 'mb'];

  beforeEach(async () => {
    fake.branches('team/mb', [
      { name: 'main' },
      { name: 'feature/ünïcode#1?%' },
      { name: 'PR-7', kind: 'pull-request' },
      { name: 'v1.0', kind: 'tag' },
    ]);
    await jenkins.pipelines.apply(mb, {
      kind: 'multibranch',
      sources: [{ type: 'git', id: 's', url: 'file:///srv/git/demo.git' }],
    });
    await all(jenkins.item(...mb).scanLog());
  });

  test('lists what it found, by kind', async () => {
    const branches = await all(jenkins.item(...mb).branches());
    expect(branches.map(({ branch, branchKind, orphaned }) => [branch, branchKind, orphaned])).toEqual(
      expect.arrayContaining([
        ['main', 'branch', false],
        ['feature/ünïcode#1?%', 'branch', false],
        ['PR-7', 'pull-request', false],
        ['v1.0', 'tag', false],
      ]),
    );
    const branch = jenkins.item(...mb).branch('feature/ünïcode#1?%');
    expect(await branch.get()).toMatchObject({ displayName: 'feature/ünïcode#1?%', kind: 'pipeline' });
  });

  test('tells which branches are dead and kept, and which came back', async () => {
    const item = jenkins.item(...mb);
    const source = { type: 'git', id: 's', url: 'file:///srv/git/demo.git' } as const;
    await jenkins.pipelines.apply(mb, { kind: 'multibranch', sources: [source], orphans: null });
    fake.branches('team/mb', [{ name: 'main' }, { name: 'v1.0', kind: 'tag' }]);
    await item.scan();
    await all(item.scanLog());
    const orphans = async (): Promise<readonly string[]> =>
      (await all(item.branches())).flatMap(({ branch, orphaned }) => (orphaned ? branch : []));
    expect(await orphans()).toEqual(['feature/ünïcode#1?%', 'PR-7']);
    fake.branches('team/mb', [{ name: 'main' }, { name: 'PR-7', kind: 'pull-request' }]);
    await item.scan();
    await all(item.scanLog());
    expect(await orphans()).toEqual(['feature/ünïcode#1?%', 'v1.0']);
  });

  test('is scanned by its form when its sources change, not when it is named anew', async () => {
    fake.branches('team/mb', [{ name: 'next' }]);
    const source = { type: 'git', id: 's', url: 'file:///srv/git/demo.git' } as const;
    const replace = async (more: object): Promise<readonly string[]> => {
      const spec = { kind: 'multibranch', sources: [source], ...more } as const;
      await jenkins.pipelines.apply(mb, spec, { mode: 'replace' });
      return (await all(jenkins.item(...mb).branches())).map(({ branch }) => branch);
    };
    expect(await replace({ displayName: 'Demo' })).not.toContain('next');
    expect(await replace({ scriptPath: 'ci/Jenkinsfile' })).toEqual(['next']);
  });

  test('is described', async () => {
    const item = jenkins.item(...mb);
    await item.describe('all branches');
    expect(await item.get()).toMatchObject({ description: 'all branches' });
    expect((await jenkins.pipelines.read(mb)).spec).toMatchObject({
      sources: [{ url: 'file:///srv/git/demo.git' }],
    });
  });

  test('alone decides what becomes of its branches', async () => {
    const main = jenkins.item(...mb).branch('main');
    await expect(main.disable()).rejects.toMatchObject({ code: 'Unsupported' });
    await expect(main.enable()).rejects.toMatchObject({ code: 'Unsupported' });
  });

  test('is scanned; anything else and a disabled one are not', async () => {
    fake.branches('team/mb', [{ name: 'next' }]);
    const item = jenkins.item(...mb);
    await item.scan();
    const log = (await all(item.scanLog())).map(({ text }) => text).join('');
    expect(log).toContain('next');
    await item.disable();
    await expect(item.scan()).rejects.toMatchObject({ code: 'Disabled' });
    await expect(jenkins.item('team/p1').scan()).rejects.toMatchObject({ code: 'Invalid' });
    expect(fake.job('team/p1')?.builds).toEqual([]);
  });

  test('leaves the refusal as it is where no branch is concerned', async () => {
    const viewer = connect({ url: fake.url, auth: { user: 'viewer', token: fake.users.viewer.token } });
    await expect(viewer.item('team/p1').disable()).rejects.toMatchObject({ code: 'Forbidden' });
    await expect(viewer.item('team/p1').delete()).rejects.toMatchObject({ code: 'Forbidden' });
  });
});
