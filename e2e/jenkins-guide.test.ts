/** The code of the pages about the Jenkins client compiles, runs, and prints what they say. */
import { readFileSync } from 'node:fs';
import * as client from '@armillary/jenkins-client';
import { startFakeJenkins, type FakeBuild, type FakeJenkins } from '@armillary/jenkins-client/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { blocksOf, DocumentedProgram, programOf } from './testing/documented-code.ts';

// Processes take their time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

describe.each([
  'docs/jenkins-client.md',
  'docs/jenkins-client-migration.md',
  'packages/jenkins-client/README.md',
])('%s', (path) => {
  const page = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

  test('compiles, runs, and prints what it says', async () => {
    const program = new DocumentedProgram(programOf(page));
    onTestFinished(() => program.remove());
    expect(await program.check()).toBe('');

    await using fake = await startFakeJenkins({ prefix: '/jenkins' });
    const ended = new AbortController();
    const nights = buildEveryNight(fake, ended.signal);
    shop(fake);
    const { name, token } = fake.users.admin;
    const env = { JENKINS_URL: fake.url, JENKINS_USER: name, JENKINS_TOKEN: token };
    const { code, stdout, stderr } = await program.run(env);
    ended.abort();
    await nights;
    expect(`${code} ${stderr}`).toBe('0 ');
    expect(fake.failures).toEqual([]);
    for (const text of blocksOf(page, 'text')) expect(stdout).toContain(text);
  });
});

test('the guide knows every error', () => {
  const guide = readFileSync(new URL('../docs/jenkins-client.md', import.meta.url), 'utf8');
  const codes = Object.keys(client)
    .filter((name) => name.endsWith('Error') && name !== 'JenkinsError' && name !== 'isJenkinsError')
    .map((name) => name.slice(0, -'Error'.length));
  expect(codes.filter((code) => !guide.includes(`| \`${code}\` `))).toEqual([]);
});

/** What the pipelines of the pages do, and which branches there are. */
function shop(fake: FakeJenkins): void {
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
}

async function buildTheShop(build: FakeBuild): Promise<void> {
  await build.stage('Build', () => build.step('sh', () => build.print('+ make\n')));
  await build.stage('Test', () => build.step('sh', () => build.print('+ make test\n')));
  build.artifact('dist/shop.txt', 'the shop');
  build.tests({ shop: [{ className: 'Cart', name: 'is empty at first' }] });
}

/** What the guide listens to: builds that others start. */
async function buildEveryNight(fake: FakeJenkins, ended: AbortSignal): Promise<void> {
  const jenkins = client.connect({ url: fake.url, auth: { user: 'admin', token: fake.users.admin.token } });
  await jenkins.pipelines.apply((await jenkins.folders.create('night')).item('batch'), {
    kind: 'inline',
    script: '',
  });
  while (!ended.aborted) await (await jenkins.item('night', 'batch').build()).finished();
  await jenkins.close();
}
