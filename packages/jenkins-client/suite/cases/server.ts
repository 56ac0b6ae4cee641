import { connect } from '@armillary/jenkins-client';
import { expectCode, expectEqual, expectThat, type SuiteArea } from '../case.ts';

/** Reaching the server, who asks, and what it can. */
export const server: SuiteArea = {
  title: 'Server',
  cases: [
    {
      name: 'the API token is taken, and the user is who it belongs to',
      covers: ['connect (token)', 'system.whoAmI'],
      async run({ jenkins, settings, signal }) {
        const who = await jenkins.system.whoAmI({ signal });
        expectEqual([who.name, who.anonymous], [settings.user, false], 'who asks');
      },
    },
    {
      name: 'a password works, with its crumb and session',
      covers: ['connect (password)'],
      cannot: ({ settings }) => (settings.password ? undefined : 'JENKINS_PASSWORD is not set'),
      async run({ settings, folder, signal }) {
        const { url, user, password = '' } = settings;
        const jenkins = connect({ url, auth: { user, password } });
        const item = await jenkins.folders.create([...folder.path, 'by-password'], { signal });
        await item.describe('with a crumb', { signal });
        await item.delete({ signal });
        await jenkins.close();
      },
    },
    {
      name: 'a function gives the credentials, and is asked again after they were refused',
      covers: ['connect (rotation)'],
      async run({ settings, signal }) {
        const { url, user, token } = settings;
        const tokens = ['outdated', token];
        const jenkins = connect({ url, auth: () => ({ user, token: tokens.shift() ?? '' }) });
        expectEqual((await jenkins.users.me({ signal })).id, user, 'who asks');
        await jenkins.close();
      },
    },
    {
      name: 'a wrong token is told apart',
      covers: ['UnauthenticatedError'],
      async run({ settings, signal }) {
        const jenkins = connect({ url: settings.url, auth: { user: settings.user, token: 'wrong' } });
        await expectCode(jenkins.users.me({ signal }), 'Unauthenticated');
        await jenkins.close();
      },
    },
    {
      name: 'nobody is told to log in, or may look',
      covers: ['connect (anonymous)'],
      async run({ settings, signal }) {
        const jenkins = connect({ url: settings.url });
        const who = await jenkins.system.whoAmI({ signal });
        expectThat(who.anonymous, `nobody is taken for ${who.name}`);
        await jenkins.close();
      },
    },
    {
      name: 'the version and the plugins are found out',
      covers: ['capabilities', 'system.version'],
      async run({ jenkins, capabilities, signal }) {
        expectThat(/^\d+\.\d+/u.test(capabilities.version ?? ''), 'the server tells no version');
        expectEqual(await jenkins.system.version({ signal }), capabilities.version, 'the version');
        expectEqual(
          (await jenkins.capabilities({ signal })).session,
          capabilities.session,
          'session of the server',
        );
      },
    },
    {
      name: 'a request of any kind goes the same way',
      covers: ['raw.request'],
      async run({ jenkins, signal }) {
        const answer = await jenkins.raw.request({ path: 'api/json', query: { tree: 'mode' }, signal });
        const body = await answer.json<{ mode?: string }>();
        expectThat(body.mode === 'NORMAL' || body.mode === 'EXCLUSIVE', 'the root tells its mode');
      },
    },
    {
      name: 'a signal ends a call',
      covers: ['signal'],
      async run({ jenkins }) {
        await expectCode(jenkins.users.me({ signal: AbortSignal.abort() }), 'Aborted');
      },
    },
  ],
};
