/** The code of the pages about the Jenkins client compiles, runs, and prints what they say. */
import { readFileSync } from 'node:fs';
import { connect } from '@armillary/jenkins-client';
import { startFakeJenkins, type FakeBuild, type FakeJenkins } from '@armillary/jenkins-client/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, DocumentedProgram, programOf } from './testing/documented-code.ts';

const page = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

let fake: FakeJenkins;
let env: Readonly<Record<string, string>>;
const end = new AbortController();
let nights: Promise<void>;

beforeAll(async () => {
  fake = await startFakeJenkins({ prefix: '/jenkins' });
  const { name, token } = fake.users.admin;
  env = { JENKINS_URL: fake.url, JENKINS_USER: name, JENKINS_TOKEN: token };
  fake.runs('shop/web', buildTheShop);
  fake.runs(
    'shop/endless',
    ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
  );
  fake.runs('shop/release', async (build) => {
    const parameters = [{ name: 'TARGET', type: 'choice', choices: ['staging', 'production'] }] as const;
    await build.stage('Release', () => build.input({ id: 'Go', message: 'Release it?', parameters }));
  });
  fake.branches('shop/api', [
    { name: 'main' },
    { name: 'feature/cart#12' },
    { name: 'PR-7', kind: 'pull-request' },
    { name: 'v1.0', kind: 'tag' },
  ]);
  nights = buildEveryNight(end.signal);
});

afterAll(async () => {
  end.abort();
  await nights;
  await fake.close();
});

describe.each(['docs/jenkins-client.md'])('%s', (path) => {
  const program = new DocumentedProgram(programOf(page(path)));
  afterAll(() => program.remove());

  test('compiles', { timeout: 120_000 }, async () => {
    expect(await program.check()).toBe('');
  });

  test('runs, and prints what it says', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await program.run(env);
    expect(`${code} ${stderr}`).toBe('0 ');
    for (const text of blocksOf(page(path), 'text')) expect(stdout).toContain(text);
  });
});

async function buildTheShop(build: FakeBuild): Promise<void> {
  await build.stage('Build', () => build.step('sh', () => build.print('+ make\n')));
  await build.stage('Test', () => build.step('sh', () => build.print('+ make test\n')));
  build.artifact('dist/shop.txt', 'the shop');
  build.tests({ shop: [{ className: 'Cart', name: 'is empty at first' }] });
}

/** What the guide listens to: builds that others start. */
async function buildEveryNight(signal: AbortSignal): Promise<void> {
  const jenkins = connect({
    url: fake.url,
    auth: { user: env['JENKINS_USER'] ?? '', token: env['JENKINS_TOKEN'] ?? '' },
  });
  await jenkins.folders.create('night');
  const inline = { kind: 'inline', script: '' } as const;
  await jenkins.pipelines.apply(['night', 'batch'], inline);
  while (!signal.aborted) await (await jenkins.item('night', 'batch').build()).finished();
  await jenkins.close();
}
