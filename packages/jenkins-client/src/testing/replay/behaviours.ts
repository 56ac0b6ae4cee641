import type { Behaviour, FakeBuild } from '../builds/behaviour.ts';
import { recordedJson, recording } from '../recording.ts';
import { logText } from './log-text.ts';

/** A behaviour that waits to be let on, and what lets it. */
export interface Gated {
  readonly behaviour: Behaviour;
  readonly open: () => void;
}

/** The recorded builds of `team/p1`: the log of the first grows by one recorded part each time the gate is opened. */
export function buildOfP1(): Gated {
  const gates = partsOfP1().map(() => Promise.withResolvers<undefined>());
  let opened = 0;
  return {
    open: () => gates[opened++]?.resolve(undefined),
    behaviour: async (build) => {
      if (build.number > 1) await sleeper(build);
      for (const [index, part] of partsOfP1().entries()) {
        if (index > 0) await gates[index - 1]?.promise;
        build.print(part);
      }
      build.artifact('out/a.txt', 'art\n');
    },
  };
}

/** The recorded log of `team/p1` in the parts in which it was read, without what every pipeline prints. */
function partsOfP1(): readonly string[] {
  return [7, 8, 9, 10, 11].map((number) => {
    const name = `03-builds-${String(number).padStart(2, '0')}-log-progressive-${number - 6}`;
    return logText(recording(name).response.body)
      .replace(/^Started by user admin\n\[Pipeline\] Start of Pipeline\n/, '')
      .replace(/\[Pipeline\] End of Pipeline\nFinished: SUCCESS\n$/, '');
  });
}

/** A build that only `term` or `kill` ends. */
export const sleeper: Behaviour = () => new Promise(() => undefined);

/** The recorded builds of `team/inp`: a question between two stages. */
export const inquiring: Behaviour = async (build) => {
  if (build.parameters['replayed'] === true) return;
  await build.stage('A', () => echo(build, 'a'));
  await build.stage('Gate', async () => {
    const answers = await build.input({
      id: 'gate1',
      message: 'Go on?',
      ok: 'Yes',
      submitter: 'admin,dev',
      parameters: [
        { name: 'WHY', type: 'string', default: 'because' },
        { name: 'B', type: 'boolean', default: true },
      ],
    });
    const given = Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1));
    const shown =
      given.length === 0 ? 'null' : `[${given.map(([name, value]) => `${name}:${value}`).join(', ')}]`;
    await echo(build, `got ${shown}`);
  });
  await build.stage('C', () => echo(build, 'c'));
};

/** The recorded builds of the branches of `team/mb`: the first ones fail, the second of `main` has a failing test. */
export const branchBuild: Behaviour = async (build) => {
  if (build.number === 1) throw new Error('the Jenkinsfile is wrong');
  await build.stage('Declarative: Checkout SCM', () => build.step('checkout'));
  if (build.fromStage === undefined || build.fromStage === 'Build') {
    await build.stage('Build', () => build.step('sh'));
  } else build.skip('Build');
  await build.stage('Test', () =>
    build.parallel({
      unit: async () => {
        await build.step('sh', undefined, recordedScript());
      },
      lint: () => echo(build, 'lint ok'),
    }),
  );
  build.skip('Maybe fail');
  await build.stage('Declarative: Post Actions', async () => {
    await build.step('archiveArtifacts', () => archive(build), 'out/**');
    await build.step('junit', () => {
      build.tests({
        u: [
          { className: 'a.B', name: 'ok', duration: 0.1 },
          {
            className: 'a.B',
            name: 'bad',
            status: 'FAILED',
            duration: 0,
            errorDetails: 'boom',
            errorStackTrace: 'trace',
          },
        ],
      });
      build.result('UNSTABLE');
    });
  });
};

/** The script of the branch `unit`. */
function recordedScript(): string {
  const { data } = recordedJson('13-pgv-03-pipeline-overview-allSteps') as {
    data: { steps: { name: string }[] };
  };
  return data.steps.find(({ name }) => name.startsWith('mkdir'))?.name ?? '';
}

async function echo(build: FakeBuild, text: string): Promise<void> {
  await build.step('echo', () => build.print(`${text}\n`), text);
}

function archive(build: FakeBuild): void {
  build.artifact('out/a.txt', 'hi\n');
  build.artifact('out/b.json', '{}\n');
}
