import { expect, test } from 'vitest';
import { connect } from '../connect.ts';
import { startFakeJenkins } from '../testing/index.ts';

test('a client that is closed ends what waits, follows and listens, and refuses what comes later', async () => {
  await using fake = await startFakeJenkins();
  const { token } = fake.users.admin;
  const jenkins = connect({ url: fake.url, auth: { user: 'admin', token } });
  fake.runs('job', (build) => {
    build.print('begun\n');
    return new Promise(() => {});
  });
  await jenkins.pipelines.apply('job', { kind: 'inline', script: 'job' });
  const build = await (await jenkins.item('job').build()).started();
  const waiting = [
    build.finished(),
    (async () => {
      for await (const chunk of build.log()) void chunk;
    })(),
    (async () => {
      for await (const event of jenkins.events()) void event;
    })(),
    jenkins.connection.clock.sleep(3_600_000),
  ];
  const ended = Promise.allSettled(waiting);
  await jenkins.close();
  for (const end of await ended) {
    expect(end).toMatchObject({
      status: 'rejected',
      reason: { code: 'Aborted', message: 'The client was closed.' },
    });
  }
  await expect(jenkins.system.whoAmI()).rejects.toMatchObject({ code: 'Aborted' });
});

test('a server that is away does not keep a closed client waiting', async () => {
  const fake = await startFakeJenkins();
  const { token } = fake.users.admin;
  const jenkins = connect({ url: fake.url, auth: { user: 'admin', token } });
  await jenkins.pipelines.apply('job', { kind: 'inline', script: 'job' });
  await fake.close();
  const finished = jenkins.item('job').buildRef(1).finished();
  const end = expect(finished).rejects.toMatchObject({ code: 'Aborted' });
  await jenkins.close();
  await end;
});
