import { describe, expect, test } from 'vitest';
import { FakeTeam, kubesphere, kubesphereRead, path, simple } from './fake-team.ts';
import { completeSpec } from './kinds.ts';
import type { InlinePipelineSpec, MultibranchPipelineSpec, PipelineSpec } from './spec.ts';

const team = new FakeTeam();

describe('applying a pipeline', () => {
  test('creates it, reads back as specified, and writes nothing the second time', async () => {
    const first = await team.jenkins.pipelines.apply(path, kubesphere);
    expect(first).toMatchObject({
      action: 'created',
      unmanaged: [],
      unverifiable: ['parameters.PW.default'],
    });
    expect(team.writes).toEqual(['POST /job/team/createItem', 'POST /job/team/job/p1/configSubmit']);
    expect(await team.jenkins.pipelines.read(path)).toEqual({
      spec: kubesphereRead,
      unmanaged: [],
      unreadable: ['parameters.PW.default'],
    });
    team.fake.clearRequests();
    for (const mode of ['merge', 'replace'] as const) {
      const again = await team.jenkins.pipelines.apply(path, kubesphere, { mode });
      expect(again).toMatchObject({ action: 'unchanged', differences: [] });
    }
    expect(team.writes).toEqual([]);
  });

  test('writes nothing when what was read is applied, secrets included', async () => {
    await team.jenkins.pipelines.apply(path, kubesphere);
    const { spec } = await team.jenkins.pipelines.read(path);
    team.fake.clearRequests();
    await team.jenkins.pipelines.apply(path, spec);
    expect(team.writes).toEqual([]);
    expect(team.fake.job('team/p1')?.configXml).toContain('<name>PW</name>\n          <defaultValue>{');
  });

  test('keeps what it cannot describe and what is left out, and tells it', async () => {
    await team.jenkins.pipelines.apply(path, {
      ...simple,
      description: 'kept',
      triggers: { cron: '@daily' },
    });
    await team.postConfig((text) => text.replace('</properties>', '<x.y.Z><a>1</a></x.y.Z></properties>'));
    team.fake.clearRequests();
    const result = await team.jenkins.pipelines.apply(path, { ...simple, script: 'echo 2' });
    expect(result).toEqual({
      action: 'updated',
      differences: [{ path: 'script', from: 'echo 1', to: 'echo 2' }],
      unmanaged: ['properties/x.y.Z'],
      unverifiable: [],
    });
    expect(team.writes).toEqual(['POST /job/team/job/p1/config.xml']);
    expect(team.fake.job('team/p1')?.configXml).toContain('<x.y.Z><a>1</a></x.y.Z>');
    expect((await team.jenkins.pipelines.read(path)).spec).toMatchObject({
      description: 'kept',
      script: 'echo 2',
    });
  });

  test('replaces all of it when told to', async () => {
    await team.jenkins.pipelines.apply(path, { ...simple, description: 'gone', concurrentBuilds: false });
    await team.postConfig((text) => text.replace('</properties>', '<x.y.Z/></properties>'));
    const result = await team.jenkins.pipelines.apply(path, simple, { mode: 'replace' });
    expect(result.differences.map((difference) => difference.path)).toEqual([
      'description',
      'concurrentBuilds',
    ]);
    expect(await team.jenkins.pipelines.read(path)).toEqual({
      spec: completeSpec(simple),
      unmanaged: [],
      unreadable: [],
    });
  });

  test('changes a pipeline from one kind to the other', async () => {
    await team.jenkins.pipelines.apply(path, { ...simple, sandbox: false });
    const spec = completeSpec({
      kind: 'scm',
      scm: { type: 'git', url: 'https://git.example/r.git', branches: ['*/main'] },
    });
    await team.jenkins.pipelines.apply(path, spec);
    expect((await team.jenkins.pipelines.read(path)).spec).toEqual(spec);
    await team.jenkins.pipelines.apply(path, simple);
    expect((await team.jenkins.pipelines.read(path)).spec).toEqual(completeSpec(simple));
  });

  test('finishes what was created and not configured', async () => {
    const undo = team.fake.fault(({ path: at }) =>
      at.endsWith('/configSubmit') ? { status: 503 } : undefined,
    );
    await expect(team.jenkins.pipelines.apply(path, kubesphere, { timeoutMs: 60_000 })).rejects.toMatchObject(
      {
        code: 'Timeout',
        message: expect.stringContaining('applying again finishes it') as string,
      },
    );
    undo();
    expect(team.fake.job('team/p1')?.script).toBeUndefined();
    await team.jenkins.pipelines.apply(path, kubesphere);
    expect((await team.jenkins.pipelines.read(path)).spec).toEqual(kubesphereRead);
  });

  test('removes what it created when Jenkins refuses to configure it, and says so', async () => {
    team.fake.fault(({ path: at }) => (at.endsWith('/configSubmit') ? { status: 500 } : undefined));
    await expect(team.jenkins.pipelines.apply(path, simple)).rejects.toMatchObject({
      code: 'ServerFault',
      message: expect.stringContaining('team/p1 was created, and removed again') as string,
    });
    expect(team.fake.job('team/p1')).toBeUndefined();
  });

  test('never removes what was there before', async () => {
    await team.jenkins.pipelines.apply(path, simple);
    team.fake.fault(({ path: at }) => (at.endsWith('/configSubmit') ? { status: 500 } : undefined));
    await expect(team.jenkins.pipelines.apply(path, { ...simple, script: '' })).rejects.toMatchObject({
      code: 'ServerFault',
    });
    expect(team.fake.job('team/p1')?.script).toBe('echo 1');
  });

  test('throws ConflictError for an item that shall be new, and for one of another kind', async () => {
    await team.jenkins.pipelines.apply(path, simple);
    await expect(team.jenkins.pipelines.apply(path, simple, { mode: 'create' })).rejects.toMatchObject({
      code: 'Conflict',
    });
    await expect(team.jenkins.pipelines.apply(['team'], simple)).rejects.toMatchObject({ code: 'Conflict' });
    await expect(
      team.jenkins.pipelines.apply(path, { kind: 'multibranch', sources: [] }),
    ).rejects.toMatchObject({
      code: 'Conflict',
    });
    await expect(team.jenkins.pipelines.read(['team'])).rejects.toMatchObject({ code: 'Conflict' });
  });

  test('throws typed errors for what is missing or forbidden', async () => {
    await team.jenkins.pipelines.apply(path, simple);
    const viewer = team.as('viewer');
    await expect(viewer.pipelines.read(path)).rejects.toMatchObject({
      code: 'Forbidden',
      permission: 'hudson.model.Item.Configure',
    });
    await expect(viewer.pipelines.apply(['team', 'p2'], simple)).rejects.toMatchObject({ code: 'Forbidden' });
    await expect(team.jenkins.pipelines.read(['team', 'p2'])).rejects.toMatchObject({
      code: 'NotFoundOrHidden',
    });
    await expect(team.jenkins.pipelines.apply(['nowhere', 'p'], simple)).rejects.toMatchObject({
      code: 'NotFoundOrHidden',
    });
  });

  test('checks the specification before it asks anything', async () => {
    const spec: PipelineSpec = {
      kind: 'inline',
      script: 'nul \u0000',
      description: 'half \ud83d',
      parameters: [
        { type: 'choice', name: 'C', choices: ['a\nb'] },
        { type: 'choice', name: 'C', choices: [] },
        { type: 'file', name: ' ' },
        { type: 'number' as 'string', name: 'N' },
      ],
    };
    const error = await team.jenkins.pipelines.apply(path, spec).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'Invalid' });
    expect((error as { findings: string[] }).findings).toHaveLength(7);
    const multibranch: MultibranchPipelineSpec = {
      kind: 'multibranch',
      scanIntervalMs: 90_000,
      sources: [
        { type: 'git', id: 'a', url: 'u' },
        { type: 'git', id: 'a', url: 'v' },
        { type: 'cvs' as 'git', id: 'c', url: 'w' },
      ],
    };
    await expect(team.jenkins.pipelines.apply(path, multibranch)).rejects.toMatchObject({
      findings: [
        expect.stringContaining('a is given twice'),
        expect.stringContaining('"cvs" is no type of a source'),
        expect.stringContaining('scanIntervalMs'),
      ] as unknown,
    });
    expect(team.fake.requests).toEqual([]);
  });

  test('stores all text as it is', async () => {
    const texts = [
      '\r\n\tquotes \' " ]]> & < >\r',
      'emoji 🚀 ünïcode',
      '  \n',
      '\u0001\u001b\u0085\u2028',
      '',
    ];
    for (const [index, script] of texts.entries()) {
      const spec = { ...simple, script, parameters: [{ type: 'text', name: 'T', default: script }] } as const;
      await team.jenkins.pipelines.apply(['team', `t${index}`], spec);
      const back = await team.jenkins.pipelines.read(['team', `t${index}`]);
      expect(back.spec).toMatchObject({ script });
      team.fake.clearRequests();
      await team.jenkins.pipelines.apply(['team', `t${index}`], spec);
      expect(team.writes).toEqual([]);
      await team.postConfig((text) => text.replace('<properties>', '<properties><x.Y/>'), `team/t${index}`);
      await team.jenkins.pipelines.apply(['team', `t${index}`], { ...spec, script: `${script}+` });
      expect((await team.jenkins.pipelines.read(['team', `t${index}`])).spec).toMatchObject({
        script: `${script}+`,
      });
    }
  });
});

describe('a secret', () => {
  const withSecret = (secret: string): InlinePipelineSpec => ({
    ...simple,
    parameters: [{ type: 'password', name: 'PW', default: secret }],
  });

  test('is written again only when told to, and never left in the clear', async () => {
    await team.jenkins.pipelines.apply(path, withSecret('first'));
    const before = team.fake.job('team/p1')?.configXml;
    expect(before).not.toContain('first');
    await team.jenkins.pipelines.apply(path, withSecret('second'));
    expect(team.fake.job('team/p1')?.configXml).toBe(before);
    team.fake.clearRequests();
    const result = await team.jenkins.pipelines.apply(path, withSecret('second'), { rewriteSecrets: true });
    expect(result).toMatchObject({
      action: 'updated',
      differences: [],
      unverifiable: ['parameters.PW.default'],
    });
    expect(team.writes).toEqual([
      'POST /job/team/job/p1/config.xml',
      'POST /job/team/job/p1/submitDescription',
    ]);
  });

  test('is never in what is told about a change', async () => {
    await team.jenkins.pipelines.apply(path, { ...simple, triggers: { remoteToken: 'old-token' } });
    const spec: PipelineSpec = {
      ...withSecret('p4ss'),
      triggers: { remoteToken: 'new-token', genericWebhook: { token: 'hook-token' } },
    };
    for (const plan of [
      await team.jenkins.pipelines.plan(path, spec),
      await team.jenkins.pipelines.plan(['team', 'n'], spec),
    ]) {
      expect(JSON.stringify(plan)).not.toMatch(/p4ss|(?:old|new|hook)-token/);
      expect(plan.differences.map((difference) => difference.path).join(' ')).toContain('triggers');
    }
  });
});

describe('planning', () => {
  test('tells what would change, and writes nothing', async () => {
    expect(await team.jenkins.pipelines.plan(path, simple)).toMatchObject({ action: 'create' });
    await team.jenkins.pipelines.apply(path, kubesphere);
    team.fake.clearRequests();
    expect(await team.jenkins.pipelines.plan(path, kubesphere)).toMatchObject({
      action: 'none',
      differences: [],
    });
    const [who, ...others] = kubesphere.parameters ?? [];
    const plan = await team.jenkins.pipelines.plan(path, {
      ...kubesphere,
      parameters: [...others.slice(0, 2), { type: 'choice', name: 'LEVEL', choices: ['low'] }],
      triggers: { cron: '@daily' },
      discarder: null,
    });
    expect(plan).toEqual({
      action: 'update',
      differences: [
        { path: 'parameters.WHO', from: who, to: undefined },
        { path: 'parameters.LEVEL.choices', from: ['low', 'mid', 'high'], to: ['low'] },
        { path: 'parameters.PW', from: { type: 'password', name: 'PW' }, to: undefined },
        { path: 'discarder', from: { daysToKeep: 7, buildsToKeep: 10 }, to: null },
        { path: 'triggers.cron', from: 'H H * * *', to: '@daily' },
        { path: 'triggers.remoteToken', from: '(secret)', to: undefined },
      ],
      unmanaged: [],
      unverifiable: [],
    });
    expect(team.writes).toEqual([]);
  });
});

describe('applying a multibranch pipeline', () => {
  const spec: MultibranchPipelineSpec = completeSpec({
    kind: 'multibranch',
    description: 'mb',
    sources: [{ type: 'git', id: 'src-1', url: 'file:///srv/git/demo.git', discoverTags: true }],
    orphans: { daysToKeep: 7 },
    scanIntervalMs: 3_600_000,
  });

  test('creates it, reads it back, and writes nothing the second time', async () => {
    await team.jenkins.pipelines.apply(path, spec);
    expect(await team.jenkins.pipelines.read(path)).toEqual({ spec, unmanaged: [], unreadable: [] });
    team.fake.clearRequests();
    expect(await team.jenkins.pipelines.apply(path, spec)).toMatchObject({ action: 'unchanged' });
    expect(team.writes).toEqual([]);
  });

  test('lets neither scans nor events start builds', async () => {
    const quiet = { ...spec, sources: spec.sources.map((one) => ({ ...one, automaticBuilds: false })) };
    await team.jenkins.pipelines.apply(path, quiet);
    expect((await team.jenkins.pipelines.read(path)).spec).toEqual(quiet);
    expect(await team.jenkins.pipelines.apply(path, quiet)).toMatchObject({ action: 'unchanged' });
  });

  test('looks for branches when the sources of one with foreign settings change', async () => {
    await team.jenkins.pipelines.apply(path, spec);
    await team.postConfig((text) => text.replace('<properties/>', '<properties><x.Folder/></properties>'));
    team.fake.clearRequests();
    await team.jenkins.pipelines.apply(path, { ...spec, description: 'other' });
    expect(team.writes).toEqual(['POST /job/team/job/p1/config.xml']);
    team.fake.clearRequests();
    await team.jenkins.pipelines.apply(path, { ...spec, scriptPath: 'ci/Jenkinsfile' });
    expect(team.writes).toEqual(['POST /job/team/job/p1/config.xml', 'POST /job/team/job/p1/build']);
    expect(team.fake.job('team/p1')?.configXml).toContain('<x.Folder');
  });
});
