import { expect, test } from 'vitest';
import { answering, recordedRequest } from '../testing/recorded-exchange.ts';

test('lists plugins', async () => {
  const { jenkins, sent } = answering('06-sys-27-plugins');
  const plugins = await jenkins.plugins.list();
  expect(plugins[0]).toEqual({
    shortName: 'antisamy-markup-formatter',
    name: 'OWASP Markup Formatter Plugin',
    version: '173.v680e3a_b_69ff3',
    active: true,
    enabled: true,
    hasUpdate: false,
    dependencies: [],
  });
  const recorded = await recordedRequest('06-sys-27-plugins');
  expect(sent[0]?.path).toBe(recorded.path);
  // Dependencies are asked for in addition.
  expect(sent[0]?.query['tree']).toContain(recorded.query['tree']?.slice(0, -1));
});

test('reads dependencies', async () => {
  const dependencies = [{ optional: true, shortName: 'b', version: '2' }];
  const body = JSON.stringify({ plugins: [{ shortName: 'a', version: '1', dependencies }] });
  const { jenkins } = answering({ status: 200, body });
  expect(await jenkins.plugins.list()).toMatchObject([{ name: 'a', dependencies }]);
});

test('names the permission that is missing', async () => {
  const { jenkins } = answering('06-sys-28-plugins-viewer');
  await expect(jenkins.plugins.list()).rejects.toMatchObject({
    code: 'Forbidden',
    user: 'viewer',
    permission: 'hudson.model.Hudson.Administer',
  });
});

test('tells what the update centre does', async () => {
  const { jenkins, sent } = answering('06-sys-30-updateCenter');
  expect(await jenkins.plugins.updateCenter()).toEqual({
    restartRequired: false,
    jobs: 0,
    sites: [{ id: 'default', url: 'https://updates.jenkins.io/update-center.json' }],
  });
  expect(sent).toEqual([await recordedRequest('06-sys-30-updateCenter')]);
});

test.each(['{}', '{"plugins":[{}]}'])('%s is no list of plugins', async (body) => {
  const { jenkins } = answering({ status: 200, body });
  await expect(jenkins.plugins.list()).rejects.toMatchObject({ code: 'UnexpectedBody' });
});

test('uninstalls, and has the sites asked', async () => {
  const { jenkins, sent } = answering(
    { status: 302, headers: { location: '/manage/pluginManager/installed' } },
    { status: 302, headers: { location: '.' } },
  );
  await jenkins.plugins.uninstall('greenballs');
  await jenkins.plugins.checkForUpdates();
  expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /pluginManager/plugin/greenballs/doUninstall',
    'POST /pluginManager/checkUpdatesServer',
  ]);
});
