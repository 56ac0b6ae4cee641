import { connect } from '@armillary/jenkins-client';
import {
  expectCode,
  expectEqual,
  expectThat,
  NotTested,
  orNotTested,
  unlessDisruptive,
  type SuiteArea,
} from '../case.ts';

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
        'nodes.connect',
        'nodes.disconnect',
        'nodes.log',
        'nodes.delete',
        'labels.get',
      ],
      async run({ jenkins, unique, signal, outside }) {
        const spec = { name: unique, remoteFs: '/tmp/agent', labels: [`${unique}-label`], executors: 2 };
        const node = await outside(
          `the agent ${unique}`,
          () => jenkins.nodes.create(spec, { signal }),
          (call) => jenkins.nodes.delete(unique, call),
        );
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
        await jenkins.nodes.connect(unique, { signal });
        await jenkins.nodes.disconnect(unique, 'by the suite', { signal });
        expectEqual(typeof (await jenkins.nodes.log(unique, { signal })), 'string', 'the log of the agent');
        await jenkins.nodes.delete(unique, { signal });
        await expectCode(jenkins.nodes.get(unique, { signal }), 'NotFoundOrHidden');
      },
    },
    {
      name: 'a view of a folder is made, filled, configured and removed',
      covers: [
        'views.in',
        'views.list',
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
        expectThat((await views.list({ signal })).includes('some'), 'the view is not listed');
        await views.removeJob('some', 'one', { signal });
        expectEqual((await views.get('some', { signal })).jobs, [], 'jobs after removal');
        await views.configure('some', { pattern: 'o.*' }, { signal });
        expectEqual((await views.get('some', { signal })).jobs, [[...home.path, 'one']], 'jobs by pattern');
        await views.delete('some', { signal });
        await expectCode(views.get('some', { signal }), 'NotFoundOrHidden');
      },
    },
    {
      name: 'a view of Jenkins itself is made and removed',
      covers: ['views at the root'],
      async run({ jenkins, unique, folder, signal, outside }) {
        const made = await outside(
          `the view ${unique}`,
          () => jenkins.views.create(unique, { jobs: [unique] }, { signal }),
          (call) => jenkins.views.delete(unique, call),
        );
        expectEqual(made.jobs, [folder.path], 'jobs of the view');
        await jenkins.views.delete(unique, { signal });
        await expectCode(jenkins.views.get(unique, { signal }), 'NotFoundOrHidden');
      },
    },
    {
      name: 'plugins are listed with their versions',
      covers: [
        'plugins.list',
        'plugins.updateCenter',
        'plugins.install (refused)',
        'plugins.uninstall (refused)',
      ],
      async run({ jenkins, unique, signal }) {
        const plugins = await jenkins.plugins.list({ signal });
        expectThat(
          plugins.some(({ shortName }) => shortName === 'workflow-job'),
          'no workflow-job',
        );
        const { restartRequired } = await jenkins.plugins.updateCenter({ signal });
        expectEqual(typeof restartRequired, 'boolean', 'whether an update waits for a restart');
        // What is there must stay as it is, so that only the ways are tried.
        await expectCode(jenkins.plugins.install([unique], { signal }), 'Invalid');
        await expectCode(jenkins.plugins.uninstall(unique, { signal }), 'NotFoundOrHidden');
      },
    },
    {
      name: 'a token is made, renamed, works, and is revoked',
      covers: ['users.me', 'users.tokens', 'tokens.generate', 'tokens.rename', 'tokens.revoke'],
      async run({ jenkins, settings, unique, signal, outside }) {
        const tokens = jenkins.users.tokens(settings.user);
        // Only its answer tells the id to revoke it by.
        const token = await tokens.generate(unique);
        await outside(
          `the token ${unique}`,
          () => Promise.resolve(),
          (call) => tokens.revoke(token.uuid, call),
        );
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
      covers: ['users.create', 'users.get', 'users.delete', 'tokens.revokeAll'],
      async run({ jenkins, unique, signal, outside }) {
        const account = {
          id: unique,
          password: crypto.randomUUID(),
          fullName: 'Suite',
          email: `${unique}@example.org`,
        };
        // A server that knows its users from elsewhere has no such page.
        const made = await outside(
          `the user ${unique}`,
          () => orNotTested(jenkins.users.create(account, { signal }), ['NotFoundOrHidden']),
          (call) => jenkins.users.delete(unique, call),
        );
        expectEqual([made.id, made.fullName], [unique, 'Suite'], 'the new account');
        await jenkins.users.tokens(unique).revokeAll({ signal });
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
        // Jenkins names no permission when it refuses this.
        const exported = await orNotTested(jenkins.casc.export({ signal }), ['Forbidden']);
        expectThat(exported.includes('jenkins:'), 'the export has no jenkins:');
        const schema = await jenkins.casc.schema({ signal });
        expectThat(typeof schema === 'object' && schema !== null, 'the schema is no object');
        expectEqual(await jenkins.casc.check('jenkins: {}\n', { signal }), [], 'findings of a good text');
        const findings = await jenkins.casc.check('jenkins:\n  noSuchThing: 1\n', { signal });
        expectThat(findings.length > 0, 'a wrong text has no findings');
      },
    },
    {
      name: 'configuration as code is applied, and read again from the files of the server',
      covers: ['casc.apply', 'casc.reload'],
      cannot: (context) =>
        unlessDisruptive(context) ??
        (context.capabilities.casc ? undefined : 'the plugin configuration-as-code is not there'),
      async run({ jenkins, signal }) {
        await orNotTested(jenkins.casc.apply('jenkins: {}\n', { signal }), ['Forbidden']);
        await jenkins.casc.reload({ signal });
        await jenkins.system.waitUntilReady({ signal });
      },
    },
    {
      name: 'the server reads its configuration again',
      covers: ['system.reload'],
      cannot: unlessDisruptive,
      async run({ jenkins, folder, signal }) {
        await jenkins.system.reload({ signal });
        await jenkins.system.waitUntilReady({ signal });
        expectThat(await folder.exists({ signal }), 'the folder is gone');
      },
    },
    {
      name: 'a script is run',
      covers: ['script.run'],
      cannot: unlessDisruptive,
      async run({ settings, signal }) {
        const { url, user, token } = settings;
        const jenkins = connect({ url, auth: { user, token }, allowScript: true });
        expectEqual((await jenkins.script.run('print(6 * 7)', { signal })).trim(), '42', 'what was printed');
        await jenkins.close();
      },
    },
    {
      name: 'the server is quieted down and woken again',
      covers: ['system.quietDown', 'system.quietState', 'system.cancelQuietDown'],
      cannot: unlessDisruptive,
      async run({ jenkins: { system }, signal }) {
        if ((await system.quietState({ signal })).quietingDown)
          throw new NotTested('somebody quiets the server down at this moment');
        // Without the signal, so that an interruption does not leave it open what came of it.
        await system.quietDown('suite');
        try {
          expectEqual((await system.quietState({ signal })).quietingDown, true, 'quieting down');
        } finally {
          await system.cancelQuietDown();
        }
        expectEqual((await system.quietState({ signal })).quietingDown, false, 'quieting down at the end');
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
      cannot: unlessDisruptive,
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
        let session: string | undefined;
        let restarted = false;
        for await (const chunk of build.log({ intervalMs: 500, signal })) {
          log += chunk.text;
          if (restarted || !log.includes('before')) continue;
          restarted = true;
          // Where it runs, Jenkins may not be able to restart itself.
          session = await orNotTested(jenkins.system.restart({ signal }), ['Invalid', 'ServerFault']);
        }
        expectThat(restarted, 'the log does not begin');
        await jenkins.system.waitUntilReady({ sinceSession: session, signal });
        expectEqual((await build.finished({ signal })).result, 'SUCCESS', 'result');
        expectThat(log.includes('after'), 'the log ends with the restart');
      },
    },
  ],
};
