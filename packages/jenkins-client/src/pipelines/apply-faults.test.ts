import { describe, expect, test } from 'vitest';
import { FakeTeam, kubesphere, kubesphereRead, path, simple } from './fake-team.ts';
import type { PipelineSpec } from './spec.ts';

const team = new FakeTeam();

describe('applying a pipeline while things go wrong', () => {
  test.each(['createItem', 'configSubmit'])(
    'finds out what became of %s when its answer is lost',
    async (route) => {
      let lost = 0;
      team.fake.fault(({ method, path: at }) =>
        method === 'POST' && at.endsWith(`/${route}`) && lost++ < 1 ? 'reset-after' : undefined,
      );
      await expect(team.jenkins.pipelines.apply(path, kubesphere)).resolves.toMatchObject({
        action: 'created',
      });
      expect(team.fake.job('team')?.children).toEqual(['team/p1']);
      expect((await team.jenkins.pipelines.read(path)).spec).toEqual(kubesphereRead);
    },
  );

  test('goes on after a restart of the server', async () => {
    let restarted: Promise<void> | undefined;
    const undo = team.fake.fault(({ path: at }) => {
      if (!at.endsWith('/configSubmit') || restarted) return undefined;
      restarted = team.fake.restart();
      return { status: 503 };
    });
    await expect(team.jenkins.pipelines.apply(path, kubesphere)).resolves.toMatchObject({
      action: 'created',
    });
    undo();
    await restarted;
    expect((await team.jenkins.pipelines.read(path)).spec).toEqual(kubesphereRead);
  });

  test('keeps the change of another who wrote in the same moment', async () => {
    await team.jenkins.pipelines.apply(path, simple);
    await team.postConfig((text) => text.replace('<properties/>', '<properties><x.Y/></properties>'));
    // Between the first look and the second, another client writes.
    const racing = team.as('admin', async (url, init) => {
      if (url.endsWith('/config.xml') && reads++ === 1) {
        await team.postConfig((text) => text.replace('<x.Y', '<x.Y><b>2</b></x.Y><x.Z'));
      }
      return fetch(url, init);
    });
    let reads = 0;
    await racing.pipelines.apply(path, { ...simple, script: 'echo 2' });
    expect(team.fake.job('team/p1')?.configXml).toContain('<b>2</b>');
    expect(team.fake.job('team/p1')?.script).toBe('echo 2');
  });

  test('gives up when the configuration never stands still', async () => {
    await team.jenkins.pipelines.apply(path, simple);
    let count = 0;
    const racing = team.as('admin', async (url, init) => {
      const description = `<description>${count++}</description>`;
      await team.postConfig((text) =>
        text.replace(/<description>\d+<.description>|(?=<properties)/, description),
      );
      return fetch(url, init);
    });
    await expect(racing.pipelines.apply(path, { ...simple, script: 'echo 2' })).rejects.toMatchObject({
      code: 'Conflict',
    });
    expect(team.fake.job('team/p1')?.script).toBe('echo 1');
  });

  test('tells when Jenkins stored something else', async () => {
    await team.jenkins.pipelines.apply(path, simple);
    const location = `${team.fake.url}job/team/job/p1/`;
    team.fake.fault(({ path: at }) =>
      at.endsWith('/configSubmit') ? { status: 302, headers: { location } } : undefined,
    );
    const spec: PipelineSpec = {
      ...simple,
      description: 'new',
      parameters: [{ type: 'password', name: 'PW', default: 'p4ss' }],
    };
    const error = await team.jenkins.pipelines.apply(path, spec).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'AppliedDifferently',
      differences: ['description', 'parameters.PW', 'parameters.PW.default'],
    });
    expect((error as Error).message).not.toContain('p4ss');
    await expect(team.jenkins.pipelines.apply(path, spec, { verify: false })).resolves.toMatchObject({
      action: 'updated',
    });
  });

  test('puts right what the reader of forms takes for nothing', async () => {
    // The fake server takes a text for what it is; a real one takes `null` for nothing.
    const lossy = team.as('admin', (url, init) =>
      fetch(url, {
        ...init,
        ...(typeof init.body === 'string' && { body: init.body.replaceAll('%22null%22', '%22%22') }),
      }),
    );
    const spec: PipelineSpec = { ...simple, parameters: [{ type: 'string', name: 'S', default: 'null' }] };
    await lossy.pipelines.apply(path, spec);
    expect((await team.jenkins.pipelines.read(path)).spec).toMatchObject(spec);
  });

  test('is ended by its signal, and says what may be left', async () => {
    const controller = new AbortController();
    team.fake.fault(({ path: at }) => {
      if (at.endsWith('/configSubmit')) controller.abort();
      return undefined;
    });
    await expect(
      team.jenkins.pipelines.apply(path, simple, { signal: controller.signal }),
    ).rejects.toMatchObject({
      code: 'Aborted',
    });
  });
});
