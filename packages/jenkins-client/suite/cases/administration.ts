import { connect, isJenkinsError } from '@armillary/jenkins-client';
import { expectCode, expectEqual, expectThat, orNotTested, type SuiteArea } from '../case.ts';

/** Nodes, labels, views, plugins, users, tokens, configuration as code. */
export const administration: SuiteArea = {
  title: 'Administration',
  cases: [
    {
      name: 'nodes are listed, with the one built in',
      covers: ['nodes.list', 'nodes.get', 'labels.list'],
      async run({ jenkins, signal }) {
        const nodes = await jenkins.nodes.list({ signal });
        expectThat(
          nodes.some(({ builtIn }) => builtIn),
          'no node is the built-in one',
        );
        const [first] = nodes;
        expectThat(first !== undefined, 'there is no node');
        const one = await jenkins.nodes.get(first.name, { signal });
        expectEqual(one.displayName, first.displayName, 'the node by its name');
        await jenkins.labels.list({ signal });
      },
    },
    {
      name: 'an agent is made, changed, taken offline, brought back and removed',
      covers: [
        'nodes.create',
        'nodes.update',
        'nodes.takeOffline',
        'nodes.bringOnline',
        'nodes.delete',
        'labels.get',
      ],
      async run({ jenkins, unique, signal, cleanUp }) {
        const spec = { name: unique, remoteFs: '/tmp/agent', labels: [`${unique}-label`], executors: 2 };
        cleanUp(() => jenkins.nodes.delete(unique).catch(ifMissing));
        const node = await orNotTested(jenkins.nodes.create(spec, { signal }));
        expectEqual([node.name, node.executors, node.inbound], [unique, 2, true], 'the new agent');
        await expectCode(jenkins.nodes.create(spec, { signal }), 'Conflict');
        const changed = await jenkins.nodes.update(unique, { ...spec, executors: 3 }, { signal });
        expectEqual(changed.executors, 3, 'executors after the change');
        const label = await jenkins.labels.get(`${unique}-label`, { signal });
        expectEqual(label.nodes, [unique], 'nodes of the label');
        const offline = await jenkins.nodes.takeOffline(unique, 'by the suite', { signal });
        expectEqual(offline.takenOffline, true, 'taken offline');
        await jenkins.nodes.takeOffline(unique, 'by the suite', { signal });
        const online = await jenkins.nodes.bringOnline(unique, { signal });
        expectEqual(online.takenOffline, false, 'taken offline after it was brought back');
        await jenkins.nodes.delete(unique, { signal });
        await expectCode(jenkins.nodes.get(unique, { signal }), 'NotFoundOrHidden');
      },
    },
    {
      name: 'a view of a folder is made, filled, configured and removed',
      covers: [
        'views.create',
        'views.get',
        'views.addJob',
        'views.removeJob',
        'views.configure',
        'views.delete',
      ],
      async run({ jenkins, folder, signal }) {
        const home = await jenkins.folders.create([...folder.path, 'views'], { signal });
        await jenkins.folders.create([...home.path, 'one'], { signal });
        const views = jenkins.views.in(home);
        await views.create('some', { description: 'some of them' }, { signal });
        await expectCode(views.create('some', {}, { signal }), 'Conflict');
        await views.addJob('some', 'one', { signal });
        expectEqual((await views.get('some', { signal })).jobs, [[...home.path, 'one']], 'jobs of the view');
        await views.removeJob('some', 'one', { signal });
        expectEqual((await views.get('some', { signal })).jobs, [], 'jobs after removal');
        await views.configure('some', { pattern: 'o.*' }, { signal });
        expectEqual((await views.get('some', { signal })).jobs, [[...home.path, 'one']], 'jobs by pattern');
        await views.delete('some', { signal });
        await expectCode(views.get('some', { signal }), 'NotFoundOrHidden');
      },
    },
    {
      name: 'plugins are listed with their versions',
      covers: ['plugins.list'],
      async run({ jenkins, signal }) {
        const plugins = await orNotTested(jenkins.plugins.list({ signal }));
        expectThat(
          plugins.some(({ shortName }) => shortName === 'workflow-job'),
          'no workflow-job',
        );
      },
    },
    {
      name: 'a token is made, renamed, works, and is revoked',
      covers: ['users.me', 'users.tokens', 'tokens.generate', 'tokens.rename', 'tokens.revoke'],
      async run({ jenkins, settings, unique, signal, cleanUp }) {
        const tokens = jenkins.users.tokens(settings.user);
        const token = await orNotTested(tokens.generate(unique, { signal }));
        cleanUp(() => tokens.revoke(token.uuid));
        await tokens.rename(token.uuid, `${unique}-2`, { signal });
        const other = connect({ url: settings.url, auth: { user: settings.user, token: token.value } });
        expectEqual((await other.users.me({ signal })).id, settings.user, 'who the token belongs to');
        await tokens.revoke(token.uuid, { signal });
        await expectCode(other.users.me({ signal }), 'Unauthenticated');
        await other.close();
      },
    },
    {
      name: 'an account is made and removed',
      covers: ['users.create', 'users.get', 'users.delete'],
      async run({ jenkins, unique, signal, cleanUp }) {
        cleanUp(() => jenkins.users.delete(unique).catch(ifMissing));
        const account = {
          id: unique,
          password: crypto.randomUUID(),
          fullName: 'Suite',
          email: `${unique}@example.org`,
        };
        const made = await orNotTested(jenkins.users.create(account, { signal }), [
          'Forbidden',
          'NotFoundOrHidden',
        ]);
        expectEqual([made.id, made.fullName], [unique, 'Suite'], 'the new account');
        await jenkins.users.delete(unique, { signal });
        await expectCode(jenkins.users.get(unique, { signal }), 'NotFoundOrHidden');
      },
    },
    {
      name: 'configuration as code is checked and exported',
      covers: ['casc.check', 'casc.export', 'casc.schema'],
      cannot: ({ capabilities }) =>
        capabilities.casc ? undefined : 'the plugin configuration-as-code is not there',
      async run({ jenkins, signal }) {
        const exported = await orNotTested(jenkins.casc.export({ signal }));
        expectThat(exported.includes('jenkins:'), 'the export has no jenkins:');
        expectEqual(await jenkins.casc.check('jenkins: {}\n', { signal }), [], 'findings of a good text');
        const findings = await jenkins.casc.check('jenkins:\n  noSuchThing: 1\n', { signal });
        expectThat(findings.length > 0, 'a wrong text has no findings');
      },
    },
    {
      name: 'the server is quieted down and woken again',
      covers: ['system.quietDown', 'system.cancelQuietDown'],
      cannot: ({ settings }) => (settings.disruptive ? undefined : 'JENKINS_DISRUPTIVE is not 1'),
      async run({ jenkins, signal }) {
        await orNotTested(jenkins.system.quietDown('suite', { signal }));
        expectEqual((await jenkins.system.quietState({ signal })).quietingDown, true, 'quieting down');
        await jenkins.system.cancelQuietDown({ signal });
        expectEqual(
          (await jenkins.system.quietState({ signal })).quietingDown,
          false,
          'quieting down after it was cancelled',
        );
      },
    },
    {
      name: 'a build that is followed outlives a restart of the server',
      covers: [
        'system.restart',
        'system.waitUntilReady',
        'log across a restart',
        'build.finished across a restart',
      ],
      cannot: ({ settings }) => (settings.disruptive ? undefined : 'JENKINS_DISRUPTIVE is not 1'),
      async run({ jenkins, pipeline, signal }) {
        const job = await pipeline('restarted', {
          script: 'echo "before"\nsleep 20\necho "after"',
          onFake: async (fake) => {
            fake.print('before\n');
            await new Promise((resolve) => setTimeout(resolve, 200));
            fake.print('after\n');
          },
        });
        const build = await (await job.build({}, { signal })).started({ signal });
        let log = '';
        let restarting: Promise<unknown> | undefined;
        for await (const chunk of build.log({ intervalMs: 500, signal })) {
          log += chunk.text;
          if (log.includes('before')) restarting ??= jenkins.system.restart({ signal });
        }
        await orNotTested(restarting ?? Promise.reject(new Error('the log does not begin')), [
          'Forbidden',
          'Invalid',
          'ServerFault',
        ]);
        await jenkins.system.waitUntilReady({ signal });
        expectEqual((await build.finished({ signal })).result, 'SUCCESS', 'result');
        expectThat(log.includes('after'), 'the log ends with the restart');
      },
    },
  ],
};

function ifMissing(error: unknown): void {
  if (isJenkinsError(error, 'NotFoundOrHidden')) return;
  throw error;
}
