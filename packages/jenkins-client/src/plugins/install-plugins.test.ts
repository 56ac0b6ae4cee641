import { describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../connect.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { hastyClock } from '../testing/made-jobs.ts';

async function server(): Promise<{ fake: FakeJenkins; jenkins: Jenkins }> {
  const fake = await startFakeJenkins();
  const { token } = fake.users.admin;
  const jenkins = connect({ url: fake.url, auth: { user: 'admin', token }, clock: hastyClock() });
  onTestFinished(async () => {
    await jenkins.close();
    await fake.close();
  });
  return { fake, jenkins };
}

/** Lets the update centre tell these jobs, one list after the other, and the last one again and again. */
function tell(fake: FakeJenkins, ...lists: readonly (readonly object[])[]): void {
  const left = [...lists];
  fake.fault(({ path }) =>
    path.includes('updateCenter/api/json')
      ? {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ jobs: left.length > 1 ? left.shift() : left[0] }),
        }
      : undefined,
  );
}

function job(name: string, type: string, errorMessage?: string): object {
  return { name, errorMessage, status: { type } };
}

test('plugins are installed, listed and removed', async () => {
  const { fake, jenkins } = await server();
  expect(await jenkins.plugins.install(['greenballs', 'git'])).toEqual({ restartRequired: false });
  const listed = await jenkins.plugins.list();
  expect(listed.find(({ shortName }) => shortName === 'greenballs')?.version).toBe('1.15.1');
  expect(await jenkins.plugins.install(['timestamper'], { start: false })).toEqual({ restartRequired: true });
  await jenkins.plugins.uninstall('greenballs');
  await expect(jenkins.plugins.uninstall('greenballs')).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
  await jenkins.plugins.checkForUpdates();
  expect(await jenkins.plugins.install([])).toEqual({ restartRequired: false });
  expect(fake.failures).toEqual([]);
});

test('it waits for all jobs, those of dependencies and the one that starts the plugins, too', async () => {
  const { fake, jenkins } = await server();
  const starts = (state: string) => ({
    status: { _class: `hudson.model.UpdateCenter$CompleteBatchJob$${state}` },
  });
  tell(
    fake,
    [{ type: 'ConnectionCheckJob' }, job('dependency', 'Pending'), job('git', 'Pending'), starts('Pending')],
    [{ type: 'ConnectionCheckJob' }, job('dependency', 'Success'), job('git', 'Skipped'), starts('Pending')],
    [{ type: 'ConnectionCheckJob' }, job('dependency', 'Success'), job('git', 'Success'), starts('Running')],
    [{ type: 'ConnectionCheckJob' }, job('dependency', 'Success'), job('git', 'Success'), starts('Success')],
  );
  await jenkins.plugins.install(['git']);
  expect(fake.requests.filter(({ path }) => path.includes('updateCenter')).length).toBe(4);
});

describe('what fails is told', () => {
  test('a plugin that is not offered', async () => {
    const { jenkins } = await server();
    await expect(jenkins.plugins.install(['no-such-plugin'])).rejects.toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining('No such plugin: no-such-plugin'),
    });
  });

  test('an installation that failed, and not one that failed before', async () => {
    const { fake, jenkins } = await server();
    tell(fake, [
      job('git', 'Failure', 'before'),
      job('git', 'Success'),
      job('greenballs', 'Failure', 'no space'),
    ]);
    expect(await jenkins.plugins.install(['git'])).toEqual({ restartRequired: false });
    await expect(jenkins.plugins.install(['git', 'greenballs'])).rejects.toMatchObject({
      code: 'ServerFault',
      message: 'Jenkins could not install all plugins. greenballs: no space',
    });
  });

  test('a restart that made the server forget the order', async () => {
    const { fake, jenkins } = await server();
    tell(fake, [job('git', 'Pending')], []);
    await expect(jenkins.plugins.install(['git'])).rejects.toMatchObject({
      code: 'ServerFault',
      message: expect.stringContaining('restarted'),
    });
  });

  test.each(['', 'git.default', '../x', 'a b'])('%j is no id', async (name) => {
    const { fake, jenkins } = await server();
    await expect(jenkins.plugins.install([name])).rejects.toMatchObject({ code: 'Invalid' });
    expect(fake.requests).toEqual([]);
  });

  test('a missing permission', async () => {
    const { fake } = await server();
    const dev = connect({ url: fake.url, auth: { user: 'dev', token: fake.users.dev.token } });
    await expect(dev.plugins.install(['git'])).rejects.toMatchObject({
      code: 'Forbidden',
      permission: 'hudson.model.Hudson.Administer',
    });
    await dev.close();
  });
});
