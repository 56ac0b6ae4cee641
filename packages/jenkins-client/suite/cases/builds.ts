import { expectCode, expectEqual, expectThat, NotTested, type SuiteArea } from '../case.ts';

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
        'request.finished',
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
      name: 'the same start twice becomes one build; a waiting one is cancelled',
      covers: [
        'request.coalesced',
        'request.changes',
        'request.cancel',
        'queue.list',
        'queue.item',
        'queue.cancel',
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
        await one.cancel({ signal });
        await expectCode(two.started({ signal }), 'QueueItemCancelled');
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
      covers: ['build.finished'],
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
      },
    },
    {
      name: 'a declarative build is restarted from a stage',
      covers: ['build.restartableStages', 'build.restartFrom'],
      cannot: ({ capabilities }) =>
        capabilities.plugins?.has('pipeline-model-definition') === false
          ? 'the plugin pipeline-model-definition is not there'
          : undefined,
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
    {
      name: 'events tell of a build',
      covers: ['events'],
      async run({ jenkins, folder, signal }) {
        const job = folder.item('replayed');
        const end = new AbortController();
        const seen: string[] = [];
        const events = jenkins.events({
          items: [job.path],
          intervalMs: 500,
          signal: AbortSignal.any([signal, end.signal]),
        });
        const listening = (async () => {
          for await (const event of events) {
            seen.push(event.type);
            if (event.type === 'finished') return event.result;
          }
          return undefined;
        })();
        // Only what happens after the first look is told.
        await jenkins.system.whoAmI({ signal });
        for (let starts = 0; starts < 5 && seen.length === 0; starts++) {
          await (await job.build({}, { signal })).finished({ signal });
          events.wake();
          await Promise.race([listening, new Promise((resolve) => setTimeout(resolve, 2000))]);
        }
        expectEqual(await listening, 'SUCCESS', 'result in the event');
        end.abort();
        expectEqual(seen.slice(0, 3), ['queued', 'started', 'finished'], 'events');
      },
    },
  ],
};
