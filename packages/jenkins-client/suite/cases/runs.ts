import type { BuildRef } from '@armillary/jenkins-client';
import {
  eventually,
  expectCode,
  expectEqual,
  expectThat,
  lacks,
  needsExecutor,
  NotTested,
  orNotTested,
  type SuiteArea,
  type SuiteContext,
} from '../case.ts';

const declarative = (body: string) => `pipeline { agent any; stages { ${body} } }`;

/** Logs and what is inside of a build. */
export const runs: SuiteArea = {
  title: 'Logs and runs',
  cases: [
    {
      name: 'a growing log is followed without losing a byte',
      covers: ['build.log', 'build.consoleText', 'log.toWebStream'],
      async run(context) {
        await needsExecutor(context);
        const build = await started(context, 'loud', {
          script: [
            "node { if (!isUnix()) { echo 'no Unix'; return }",
            "sh '''set +x",
            'i=0; while [ $i -lt 25000 ]; do echo "line $i with some text"; i=$((i+1)); done',
            String.raw`printf "a part"; sleep 1; printf " of a line\\n"; printf "with CR LF\\r\\n"; printf "no end"`,
            "''' }",
          ].join('\n'),
          onFake: (fake) =>
            fake
              .step('sh', async () => {
                for (let i = 0; i < 25_000; i++) {
                  fake.print(`line ${i} with some text\n`);
                  if (i % 1000 === 0) await new Promise(setImmediate);
                }
                fake.print('a part');
                await new Promise((resolve) => setTimeout(resolve, 50));
                fake.print(' of a line\nwith CR LF\r\nno end');
              })
              .then(() => undefined),
        });
        const following = build.log({ intervalMs: 300, signal: context.signal });
        const followed = await bytesOf(following.toWebStream());
        if (followed.includes('no Unix')) throw new NotTested('the node that took the build runs no Unix');
        await build.finished({ signal: context.signal });
        const whole = await bytesOf(build.consoleText({ signal: context.signal }));
        expectEqual(followed.byteLength, whole.byteLength, 'bytes followed');
        expectThat(followed.equals(whole), 'the followed log differs from the whole one');
        expectThat(whole.includes('line 24999 with some text'), 'the log is not whole');
      },
    },
    {
      name: 'following goes on where it stopped',
      covers: ['log from a chunk', 'log tail'],
      async run({ folder, signal }) {
        const build = folder.item('loud').buildRef(1);
        if (!(await folder.item('loud').exists({ signal }))) throw new NotTested('there is no long log');
        const whole = await bytesOf(build.consoleText({ signal }));
        const parts: Uint8Array[] = [];
        let from;
        for await (const chunk of build.log({ signal })) {
          parts.push(chunk.bytes);
          from = chunk;
          break;
        }
        expectThat(from !== undefined, 'the log has no chunk');
        for await (const chunk of build.log({ from, signal })) parts.push(chunk.bytes);
        expectThat(Buffer.concat(parts).equals(whole), 'the two parts are not the whole');
        let tail = '';
        for await (const chunk of build.log({ from: 'tail', signal })) tail += chunk.text;
        expectThat(
          tail.length > 0 && whole.toString().endsWith(tail),
          `the tail is not the end: ${JSON.stringify(tail.slice(-200))}`,
        );
      },
    },
    {
      name: 'stages and steps with their logs',
      covers: ['build.stages', 'build.steps', 'build.stepLog', 'build.stageText'],
      cannot: (context) => lacks('pipeline-model-definition')(context) ?? noStages(context),
      async run(context) {
        const { signal } = context;
        await needsExecutor(context);
        const build = await started(context, 'staged', {
          script: declarative(
            "stage('Build') { steps { echo 'building' } }; stage('Test') { parallel { stage('Unit') { steps { echo 'unit' } }; stage('System') { steps { echo 'system' } } } }; stage('Never') { when { expression { false } }; steps { echo 'no' } }",
          ),
          onFake: async (fake) => {
            const say = (text: string) => fake.step('echo', () => fake.print(`${text}\n`), text);
            await fake.stage('Build', () => say('building'));
            await fake.stage('Test', () =>
              fake.parallel({
                Unit: async () => {
                  await say('unit');
                },
                System: async () => {
                  await say('system');
                },
              }),
            );
            fake.skip('Never');
          },
        });
        await build.finished({ signal });
        const stages = await build.stages({ signal });
        const shown = stages.filter(({ synthetic }) => !synthetic);
        expectEqual(
          shown.map(({ name }) => name),
          ['Build', 'Test', 'Never'],
          'stages',
        );
        expectEqual(
          shown[1]?.children.map(({ name }) => name),
          ['Unit', 'System'],
          'parallel stages',
        );
        expectEqual(shown.map(({ result }) => result).slice(0, 2), ['SUCCESS', 'SUCCESS'], 'results');
        const steps = await build.steps({ signal });
        const echo = steps.find(({ stageId }) => stageId === shown[0]?.id);
        if (echo === undefined) throw new NotTested('no plugin tells the steps of a stage');
        let log = '';
        for await (const chunk of build.stepLog(echo.id, { signal })) log += chunk.text;
        expectThat(log.includes('building'), 'the log of the step');
        const text = build.stageText(echo.stageId ?? '', { signal });
        // Of the plugins, only pipeline-graph-view has it.
        const stage = await orNotTested(bytesOf(text), ['Unsupported']);
        expectThat(stage.includes('building'), 'the log of the stage');
      },
    },
    {
      name: 'an input is seen and approved, with its parameter',
      covers: ['build.inputs', 'build.nextInput', 'input.approve'],
      cannot: noInputs,
      async run(context) {
        const { signal } = context;
        const build = await started(context, 'asking', {
          script:
            "def who = input(id: 'Ask', message: 'Go on?', ok: 'Yes', parameters: [string(name: 'WHO', defaultValue: 'x')])\necho \"answer: ${who}\"",
          onFake: async (fake) => {
            const { WHO } = await fake.input({
              id: 'Ask',
              message: 'Go on?',
              ok: 'Yes',
              parameters: [{ name: 'WHO', default: 'x' }],
            });
            fake.print(`answer: ${WHO}\n`);
          },
        });
        const input = await pending(build, context);
        expectEqual([input.message, input.ok], ['Go on?', 'Yes'], 'the question');
        expectEqual(
          input.parameters?.map(({ name }) => name),
          ['WHO'],
          'what it asks for',
        );
        expectEqual((await build.nextInput({ signal }))?.id, input.id, 'the input that is waited for');
        expectThat((await build.get({ signal })).waitingForInput, 'the build does not say that it waits');
        await input.approve({ WHO: 'me & ünï' }, { signal });
        expectEqual((await build.finished({ signal })).result, 'SUCCESS', 'result');
        const log = (await bytesOf(build.consoleText({ signal }))).toString();
        expectThat(log.includes('answer: me & ünï'), 'the answer did not arrive');
      },
    },
    {
      name: 'an input is aborted',
      covers: ['input.abort'],
      cannot: noInputs,
      async run(context) {
        const { signal } = context;
        const build = await started(context, 'asking again', {
          script: "input(id: 'Again', message: 'Go on?')",
          onFake: async (fake) => void (await fake.input({ id: 'Again', message: 'Go on?' })),
        });
        const input = await pending(build, context);
        await input.abort({ signal });
        expectEqual((await build.finished({ signal })).result, 'ABORTED', 'result');
        await expectCode(input.approve({}, { signal }), ['Conflict', 'NotFoundOrHidden']);
      },
    },
    {
      name: 'artifacts are listed and read, in part and as an archive',
      covers: [
        'build.artifacts',
        'build.artifact',
        'build.artifact (range)',
        'build.archive',
        'build.archive (folder)',
      ],
      async run(context) {
        const { signal } = context;
        await needsExecutor(context);
        const build = await started(context, 'archiving', {
          script: "node { writeFile file: 'out/a b.txt', text: '0123456789'; archiveArtifacts 'out/**' }",
          onFake: (fake) => fake.artifact('out/a b.txt', '0123456789'),
        });
        expectEqual((await build.finished({ signal })).result, 'SUCCESS', 'result');
        expectEqual(
          (await build.artifacts({ signal })).map(({ path }) => path),
          ['out/a b.txt'],
          'artifacts',
        );
        const all = await build.artifact('out/a b.txt', { signal });
        expectEqual((await bytesOf(all.body)).toString(), '0123456789', 'the content');
        const part = await build.artifact('out/a b.txt', { range: { start: 2, end: 5 }, signal });
        expectEqual((await bytesOf(part.body)).toString(), '234', 'a part');
        await expectCode(build.artifact('out/none.txt', { signal }), 'NotFoundOrHidden');
        const zip = await bytesOf((await build.archive({ signal })).body);
        expectEqual(zip.subarray(0, 2).toString(), 'PK', 'the start of the archive');
        const part2 = await bytesOf((await build.archive({ folder: 'out', signal })).body);
        expectThat(part2.includes('a b.txt'), 'the folder as an archive');
      },
    },
    {
      name: 'test reports are read',
      covers: ['build.tests'],
      cannot: lacks('junit'),
      async run(context) {
        const { signal } = context;
        await needsExecutor(context);
        const xml =
          '<testsuite name="s"><testcase classname="c" name="good"/><testcase classname="c" name="bad"><failure message="no">trace</failure></testcase></testsuite>';
        const build = await started(context, 'tested', {
          script: `node { writeFile file: 'r.xml', text: '${xml}'; junit 'r.xml' }`,
          onFake: (fake) => {
            fake.tests({
              s: [
                { className: 'c', name: 'good' },
                {
                  className: 'c',
                  name: 'bad',
                  status: 'FAILED',
                  errorDetails: 'no',
                  errorStackTrace: 'trace',
                },
              ],
            });
            fake.result('UNSTABLE');
          },
        });
        expectEqual((await build.finished({ signal })).result, 'UNSTABLE', 'result');
        const report = await build.tests({ signal });
        expectEqual([report?.passed, report?.failed], [1, 1], 'passed and failed');
        const without = context.folder.item('archiving').buildRef(1);
        expectEqual(await without.tests({ signal }), undefined, 'the report of a build without tests');
      },
    },
  ],
};

async function started(
  { pipeline, signal }: SuiteContext,
  name: string,
  work: Parameters<SuiteContext['pipeline']>[1],
): Promise<BuildRef> {
  const job = await pipeline(name, work);
  return (await job.build({}, { signal })).started({ signal });
}

async function pending(build: BuildRef, { signal }: SuiteContext) {
  return eventually(
    async () => {
      const [input] = await build.inputs({ signal });
      if (input !== undefined) return input;
      const { building, result } = await build.get({ signal });
      expectThat(building, `the build ended with ${result} before it asked`);
      return undefined;
    },
    { signal },
  );
}

/** What builds show is known beforehand only where the plugins may be listed; elsewhere a build is asked. */
function noStages({
  capabilities: { plugins, wfapi, graphView, blueOcean },
}: SuiteContext): string | undefined {
  return plugins === undefined || wfapi || graphView || blueOcean ? undefined : 'no plugin tells stages';
}

function noInputs({ capabilities: { plugins, wfapi, blueOcean } }: SuiteContext): string | undefined {
  return plugins === undefined || wfapi || blueOcean ? undefined : 'no plugin tells inputs';
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(stream));
}
