import { findStarts } from '@armillary/jenkins-client';
import {
  expectCode,
  expectEqual,
  expectThat,
  lacks,
  needsExecutor,
  NotTested,
  pause,
  type SuiteArea,
  type SuiteContext,
} from '../case.ts';

/** Starting, waiting, stopping, and what can be done with what was built. */
export const builds: SuiteArea = {
  title: 'Builds',
  cases: [
    {
      name: 'a build with parameters goes from its start to its result',
      covers: [
        'item.build',
        'item.parameters',
        'request.started',
        'build.finished',
        'build.get',
        'item.builds',
      ],
      async run({ pipeline, signal }) {
        const job = await pipeline('parameters', {
          script: 'echo "who: ${params.WHO}, level: ${params.LEVEL}, dry: ${params.DRY}"',
          parameters: [
            { type: 'string', name: 'WHO', default: 'world' },
            { type: 'choice', name: 'LEVEL', choices: ['low', 'high'] },
            { type: 'boolean', name: 'DRY', default: true },
          ],
          onFake: (fake) => {
            const { WHO, LEVEL, DRY } = fake.parameters;
            fake.print(`who: ${WHO}, level: ${LEVEL}, dry: ${DRY}\n`);
          },
        });
        expectEqual(
          (await job.parameters({ signal })).map(({ name }) => name),
          ['WHO', 'LEVEL', 'DRY'],
          'parameters of the job',
        );
        const request = await job.build({ WHO: 'ünï & co', LEVEL: 'high', DRY: false }, { signal });
        expectThat(request.queueId > 0 && !request.coalesced, 'the start has a queue item of its own');
        const build = await request.started({ signal });
        const { result } = await build.finished({ signal });
        expectEqual([build.number, result], [1, 'SUCCESS'], 'number and result');
        const seen = await build.get({ signal });
        expectEqual(
          Object.fromEntries(seen.parameters.map(({ name, value }) => [name, value])),
          { WHO: 'ünï & co', LEVEL: 'high', DRY: false },
          'parameters of the build',
        );
        expectThat(
          seen.causes.some(({ kind }) => kind === 'user'),
          'no cause names the user',
        );
        const all = await Array.fromAsync(job.builds({ signal }));
        expectEqual(
          all.map(({ number }) => number),
          [1],
          'list of builds',
        );
      },
    },
    {
      name: 'parameters that do not fit are refused before anything starts',
      covers: ['item.build (check)', 'InvalidError'],
      async run({ folder, signal }) {
        const job = folder.item('parameters');
        await expectCode(job.build({ WHO: 'x', NOPE: '1', LEVEL: 'none' }, { signal }), 'Invalid');
        expectEqual((await Array.fromAsync(job.builds({ signal }))).length, 1, 'builds after the refusal');
      },
    },
    {
      name: 'a password and a file are given to a build',
      covers: ['item.build (password, file)'],
      async run({ pipeline, signal }) {
        const job = await pipeline('secrets', {
          script: "echo(env.P == 'p&ss ü' ? 'the right one' : 'another one')",
          parameters: [
            { type: 'password', name: 'P' },
            { type: 'file', name: 'F' },
          ],
          onFake: (fake) =>
            fake.print(fake.parameters['P'] === 'p&ss ü' ? 'the right one\n' : 'another one\n'),
        });
        const file = { file: new Blob(['content of the file']), name: 'some.txt' };
        const build = await (await job.build({ P: 'p&ss ü', F: file }, { signal })).started({ signal });
        expectEqual((await build.finished({ signal })).result, 'SUCCESS', 'result');
        const { parameters } = await build.get({ signal });
        expectEqual(parameters.map(({ name }) => name).toSorted(), ['F', 'P'], 'parameters of the build');
        expectThat(!JSON.stringify(parameters).includes('p&ss'), 'the password is told');
        const log = await new Response(build.consoleText({ signal })).text();
        expectThat(log.includes('the right one'), 'the password did not arrive');
      },
    },
    {
      name: 'the same start twice becomes one build; a waiting one is found again and cancelled',
      covers: [
        'request.coalesced',
        'request.state',
        'request.changes',
        'request.cancel',
        'queue.list',
        'queue.item',
        'queue.cancel',
        'queue.follow',
        'findStarts',
        'timeoutMs',
      ],
      async run({ jenkins, pipeline, signal }) {
        const job = await pipeline('waiting', {
          script: 'echo "late"',
          onFake: (fake) => fake.print('late\n'),
        });
        const options = { quietPeriodS: 60, signal };
        const one = await job.build({}, options);
        const two = await job.build({}, options);
        expectEqual([two.coalesced, two.queueId], [true, one.queueId], 'the second start');
        expectThat(
          (await jenkins.queue.list({ signal })).some(({ id }) => id === one.queueId),
          'it is not in the queue',
        );
        expectEqual((await jenkins.queue.item(one.queueId, { signal })).item, job.path, 'what waits');
        const starts = await findStarts(jenkins.connection, job.path, { signal });
        expectEqual(
          starts.map(({ queueId, number }) => [queueId, number]),
          [[one.queueId, undefined]],
          'starts of the job',
        );
        await expectCode(one.started({ timeoutMs: 300, signal }), 'Timeout');
        const followed = jenkins.queue.follow({ item: job.path, queueId: one.queueId });
        expectEqual((await followed.state({ signal })).phase, 'waiting', 'where it is');
        const phases: string[] = [];
        for await (const { phase } of followed.changes({ signal })) {
          phases.push(phase);
          if (phase === 'waiting') await one.cancel({ signal });
        }
        expectEqual(phases, ['waiting', 'cancelled'], 'what became of it');
        await expectCode(two.started({ signal }), 'QueueItemCancelled');
        const three = await job.build({}, options);
        await jenkins.queue.cancel(three.queueId, { signal });
        await expectCode(three.started({ signal }), 'QueueItemCancelled');
      },
    },
    {
      name: 'permalinks, keep, describe, rename and delete',
      covers: [
        'item.buildRef',
        'build.resolve',
        'build.keep',
        'build.describe',
        'build.rename',
        'build.delete',
      ],
      async run({ folder, signal }) {
        const build = await folder.item('parameters').buildRef('lastBuild').resolve({ signal });
        await build.describe('from the suite', { signal });
        await build.rename('release 1', { signal });
        await build.keep(true, { signal });
        const { description, displayName, kept } = await build.get({ signal });
        expectEqual([description, displayName, kept], ['from the suite', 'release 1', true], 'what was set');
        await expectCode(build.delete({ signal }), 'Invalid');
        await build.keep(false, { signal });
        await build.delete({ signal });
        await expectCode(build.get({ signal }), 'NotFoundOrHidden');
        await expectCode(
          folder.item('parameters').buildRef('lastFailedBuild').get({ signal }),
          'NotFoundOrHidden',
        );
      },
    },
    {
      name: 'a failing build tells so',
      covers: ['request.finished'],
      async run({ pipeline, signal }) {
        const job = await pipeline('failing', {
          script: 'error "on purpose"',
          onFake: () => {
            throw new Error('on purpose');
          },
        });
        const { result } = await (await job.build({}, { signal })).finished({ signal });
        expectEqual(result, 'FAILURE', 'result');
      },
    },
    {
      name: 'a running build is stopped, harder until it ends',
      covers: ['build.stop', 'build.term', 'build.kill'],
      async run({ pipeline, signal }) {
        const job = await pipeline('sleeping', {
          script: 'sleep 600',
          onFake: ({ signal: stopped }) =>
            new Promise((_, reject) => stopped.addEventListener('abort', () => reject(new Error('stopped')))),
        });
        const build = await (await job.build({}, { signal })).started({ signal });
        await build.stop({ escalate: true, waitMs: 15_000, signal });
        expectEqual((await build.finished({ signal })).result, 'ABORTED', 'result');
        await build.term({ signal });
        await build.kill({ signal });
      },
    },
    {
      name: 'a build is replayed with another script',
      covers: ['build.replayScripts', 'build.replay'],
      async run({ pipeline, signal }) {
        const script = 'echo "first"';
        const job = await pipeline('replayed', { script, onFake: (fake) => fake.print('first\n') });
        const build = await (await job.build({}, { signal })).started({ signal });
        await build.finished({ signal });
        expectEqual((await build.replayScripts({ signal })).script, script, 'the script it ran');
        const again = await build.replay({ script: 'echo "second"', signal });
        const { number, result } = await again.finished({ signal });
        expectEqual([number, result], [2, 'SUCCESS'], 'the replay');
        const unchanged = await (await build.replay({ signal })).started({ signal });
        await unchanged.finished({ signal });
        expectEqual(
          (await unchanged.replayScripts({ signal })).script,
          script,
          'the script of the third build',
        );
      },
    },
    {
      name: 'a build is replayed with another script in the place of a loaded one',
      covers: ['build.replay (scripts)'],
      async run(context) {
        const { pipeline, signal } = context;
        await needsExecutor(context);
        const job = await pipeline('loading', {
          script: "node { writeFile file: 'part.groovy', text: 'echo \"part one\"'; load 'part.groovy' }",
          onFake: (fake) => fake.print(`${fake.load('echo "part one"')}\n`),
        });
        const build = await (await job.build({}, { signal })).started({ signal });
        await build.finished({ signal });
        const { scripts } = await build.replayScripts({ signal });
        const [name = ''] = Object.keys(scripts);
        expectEqual(scripts[name], 'echo "part one"', 'the script that was loaded');
        const replay = await build.replay({ scripts: { [name]: 'echo "part two"' }, signal });
        const again = await replay.started({ signal });
        expectEqual((await again.finished({ signal })).result, 'SUCCESS', 'the replay');
        const log = await new Response(again.consoleText({ signal })).text();
        expectThat(log.includes('part two'), 'the other part did not run');
      },
    },
    {
      name: 'a declarative build is restarted from a stage',
      covers: ['build.restartableStages', 'build.restartFrom'],
      cannot: lacks('pipeline-model-definition'),
      async run({ pipeline, signal }) {
        const job = await pipeline('stages', {
          script:
            "pipeline { agent none; stages { stage('One') { steps { echo '1' } }; stage('Two') { steps { echo '2' } } } }",
          onFake: async (build) => {
            for (const name of ['One', 'Two'])
              await build.stage(name, () => build.step('echo', () => build.print('x\n')));
          },
        });
        const build = await (await job.build({}, { signal })).started({ signal });
        await build.finished({ signal });
        const stages = await build.restartableStages({ signal });
        if (stages.length === 0) throw new NotTested('no stage can be restarted on this server');
        expectEqual(stages, ['One', 'Two'], 'stages to restart from');
        const { number } = await (await build.restartFrom('Two', { signal })).finished({ signal });
        expectEqual(number, 2, 'number of the restart');
        await expectCode(build.restartFrom('None', { signal }), 'Invalid');
      },
    },
    {
      name: 'a disabled job is not started',
      covers: ['item.disable', 'item.enable', 'DisabledError'],
      async run({ folder, signal }) {
        const job = folder.item('failing');
        await job.disable({ signal });
        await expectCode(job.build({}, { signal }), 'Disabled');
        await job.enable({ signal });
      },
    },
    ...[true, false].map((gateway) => ({
      name: gateway ? 'events tell of a build' : 'events tell of a build without the event gateway',
      covers: gateway ? ['events', 'events.wake'] : ['events (polling)'],
      async run({ jenkins, folder, signal }: SuiteContext) {
        const job = folder.item('replayed');
        const end = new AbortController();
        const seen = new Map<number, string[]>();
        const events = jenkins.events({
          items: [job.path],
          intervalMs: 200,
          gateway,
          signal: AbortSignal.any([signal, end.signal]),
        });
        const whole = () =>
          [...seen.values()].find((types) => types.at(-1) === 'finished' && types.length > 2);
        const listening = (async () => {
          for await (const { queueId, type } of events) {
            seen.set(queueId, [...(seen.get(queueId) ?? []), type]);
            if (whole()) break;
          }
        })();
        listening.catch(() => end.abort());
        try {
          // Only what happens after the first look is told, which the first build may come before.
          for (let starts = 0; starts < 5 && !whole() && !end.signal.aborted; starts++) {
            await (await job.build({}, { signal })).finished({ signal });
            events.wake();
            await Promise.race([listening, pause(3000, signal)]);
          }
          if (whole()) await listening;
        } finally {
          end.abort();
        }
        expectEqual(whole(), ['queued', 'started', 'finished'], 'events of one build');
      },
    })),
  ],
};
