import { expect, onTestFinished, test } from 'vitest';
import type { BuildRef } from '../builds/build-ref.ts';
import { startFakeJenkins, type FakeBuild, type FakeJenkins } from '../testing/index.ts';
import { door, hastyClient } from '../testing/made-jobs.ts';

async function started(
  behaviour: (build: FakeBuild) => Promise<void>,
): Promise<{ fake: FakeJenkins; build: BuildRef }> {
  const fake = await startFakeJenkins();
  const jenkins = hastyClient(fake);
  onTestFinished(async () => {
    await jenkins.close();
    await fake.close();
  });
  fake.runs('job', behaviour);
  await jenkins.pipelines.apply('job', { kind: 'inline', script: 'any' });
  return { fake, build: await (await jenkins.item('job').build()).started() };
}

test('each question of a build is told when it comes, and its end without another', async () => {
  const { opened, open } = door();
  const { build } = await started(async (fake) => {
    await opened;
    await fake.input({ id: 'First', message: 'Go on?' });
    await fake.input({ id: 'Second', message: 'Really?' });
  });
  const first = build.nextInput();
  open();
  const asked = [];
  for (let input = await first; input; input = await build.nextInput()) {
    asked.push(input.id);
    await input.approve();
  }
  expect(asked).toEqual(['First', 'Second']);
  expect((await build.finished()).result).toBe('SUCCESS');
});

test('a restart of the server is waited for', async () => {
  const { fake, build } = await started(async (running) => {
    await running.input({ id: 'Go', message: 'Go on?' });
  });
  let refused = 0;
  const up = fake.fault(() => (++refused > 4 ? (up(), undefined) : { status: 503 }));
  const input = await build.nextInput();
  expect(input?.id).toBe('Go');
  expect(refused).toBeGreaterThan(4);
});

test('a deadline ends the wait', async () => {
  const { opened, open } = door();
  const { build } = await started(async () => opened);
  await expect(build.nextInput({ timeoutMs: 1000 })).rejects.toMatchObject({ code: 'Timeout' });
  open();
});

test('a build that is not there is no wait', async () => {
  const { build } = await started(async () => undefined);
  await build.finished();
  await build.delete();
  await expect(build.nextInput()).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
});
