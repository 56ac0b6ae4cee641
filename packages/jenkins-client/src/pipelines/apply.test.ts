import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../connect.ts';
import type { Clock } from '../connection.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { completeSpec } from './kinds.ts';
import type { InlinePipelineSpec, MultibranchPipelineSpec, PipelineSpec } from './spec.ts';

/** Waits pass at once and take their time all the same, so that no test depends on how fast the machine is. */
let now = 0;
const clock: Clock = {
  now: () => now,
  sleep(ms) {
    now += ms;
    return new Promise((resolve) => setImmediate(resolve));
  },
};

let fake: FakeJenkins;
let jenkins: Jenkins;

function as(user: 'admin' | 'viewer'): Jenkins {
  return connect({ url: fake.url, auth: { user, token: fake.users[user].token }, clock });
}

beforeEach(async () => {
  fake = await startFakeJenkins({ prefix: '/jenkins' });
  jenkins = as('admin');
  await jenkins.folders.create('team');
  fake.clearRequests();
});

afterEach(async () => {
  await jenkins.close();
  await fake.close();
});

const path = ['team', 'p1'];

/** All that a Pipeline of KubeSphere without a repository can hold. */
const kubesphere: InlinePipelineSpec = completeSpec({
  kind: 'inline',
  description: 'a pipeline <of> "KubeSphere" & co',
  script: "pipeline {\n  agent any\n  stages { stage('x') { steps { sh 'echo ${WHO}' } } }\n}\n",
  parameters: [
    { type: 'string', name: 'WHO', default: 'world', description: 'who to greet' },
    { type: 'text', name: 'NOTES', default: 'a\nb' },
    { type: 'boolean', name: 'FAIL', default: true },
    { type: 'choice', name: 'LEVEL', choices: ['low', 'mid', 'high'] },
    { type: 'password', name: 'PW', default: 's3cret' },
  ],
  discarder: { daysToKeep: 7, buildsToKeep: 10 },
  concurrentBuilds: false,
  triggers: { cron: 'H H * * *', remoteToken: 'remote-token' },
});

/** As it reads back: secrets are never told. */
const kubesphereRead = {
  ...kubesphere,
  parameters: [...(kubesphere.parameters ?? []).slice(0, 4), { type: 'password', name: 'PW' }],
};

const simple: InlinePipelineSpec = { kind: 'inline', script: 'echo 1' };

function writes(): string[] {
  return fake.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
}

describe('applying a pipeline', () => {
  test('creates it, reads back as specified, and writes nothing the second time', async () => {
    const first = await jenkins.pipelines.apply(path, kubesphere);
    expect(first).toMatchObject({
      action: 'created',
      unmanaged: [],
      unverifiable: ['parameters.PW.default'],
    });
    expect(writes()).toEqual(['POST /job/team/createItem', 'POST /job/team/job/p1/configSubmit']);
    expect(await jenkins.pipelines.read(path)).toEqual({
      spec: kubesphereRead,
      unmanaged: [],
      unreadable: ['parameters.PW.default'],
    });
    fake.clearRequests();
    for (const mode of ['merge', 'replace'] as const) {
      const again = await jenkins.pipelines.apply(path, kubesphere, { mode });
      expect(again).toMatchObject({ action: 'unchanged', differences: [] });
    }
    expect(writes()).toEqual([]);
  });

  test('writes nothing when what was read is applied, secrets included', async () => {
    await jenkins.pipelines.apply(path, kubesphere);
    const { spec } = await jenkins.pipelines.read(path);
    fake.clearRequests();
    await jenkins.pipelines.apply(path, spec);
    expect(writes()).toEqual([]);
    expect(fake.job('team/p1')?.configXml).toContain('<name>PW</name>\n          <defaultValue>{');
  });

  test('keeps what it cannot describe and what is left out, and tells it', async () => {
    await jenkins.pipelines.apply(path, { ...simple, description: 'kept', triggers: { cron: '@daily' } });
    await postConfig((text) => text.replace('</properties>', '<x.y.Z><a>1</a></x.y.Z></properties>'));
    fake.clearRequests();
    const result = await jenkins.pipelines.apply(path, { ...simple, script: 'echo 2' });
    expect(result).toEqual({
      action: 'updated',
      differences: [{ path: 'script', from: 'echo 1', to: 'echo 2' }],
      unmanaged: ['properties/x.y.Z'],
      unverifiable: [],
    });
    expect(writes()).toEqual(['POST /job/team/job/p1/config.xml']);
    expect(fake.job('team/p1')?.configXml).toContain('<x.y.Z><a>1</a></x.y.Z>');
    expect((await jenkins.pipelines.read(path)).spec).toMatchObject({
      description: 'kept',
      script: 'echo 2',
    });
  });

  test('replaces all of it when told to', async () => {
    await jenkins.pipelines.apply(path, { ...simple, description: 'gone', concurrentBuilds: false });
    await postConfig((text) => text.replace('</properties>', '<x.y.Z/></properties>'));
    const result = await jenkins.pipelines.apply(path, simple, { mode: 'replace' });
    expect(result.differences.map((difference) => difference.path)).toEqual([
      'description',
      'concurrentBuilds',
    ]);
    expect(await jenkins.pipelines.read(path)).toEqual({
      spec: completeSpec(simple),
      unmanaged: [],
      unreadable: [],
    });
  });

  test('changes a pipeline from one kind to the other', async () => {
    await jenkins.pipelines.apply(path, { ...simple, sandbox: false });
    const spec = completeSpec({
      kind: 'scm',
      scm: { type: 'git', url: 'https://git.example/r.git', branches: ['*/main'] },
    });
    await jenkins.pipelines.apply(path, spec);
    expect((await jenkins.pipelines.read(path)).spec).toEqual(spec);
    await jenkins.pipelines.apply(path, simple);
    expect((await jenkins.pipelines.read(path)).spec).toEqual(completeSpec(simple));
  });

  test('finishes what was created and not configured', async () => {
    const undo = fake.fault(({ path: at }) => (at.endsWith('/configSubmit') ? { status: 503 } : undefined));
    await expect(jenkins.pipelines.apply(path, kubesphere, { timeoutMs: 60_000 })).rejects.toMatchObject({
      code: 'Timeout',
      message: expect.stringContaining('applying again finishes it') as string,
    });
    undo();
    expect(fake.job('team/p1')?.script).toBeUndefined();
    await jenkins.pipelines.apply(path, kubesphere);
    expect((await jenkins.pipelines.read(path)).spec).toEqual(kubesphereRead);
  });

  test('removes what it created when Jenkins refuses to configure it, and says so', async () => {
    fake.fault(({ path: at }) => (at.endsWith('/configSubmit') ? { status: 500 } : undefined));
    await expect(jenkins.pipelines.apply(path, simple)).rejects.toMatchObject({
      code: 'ServerFault',
      message: expect.stringContaining('team/p1 was created, and removed again') as string,
    });
    expect(fake.job('team/p1')).toBeUndefined();
  });

  test('never removes what was there before', async () => {
    await jenkins.pipelines.apply(path, simple);
    fake.fault(({ path: at }) => (at.endsWith('/configSubmit') ? { status: 500 } : undefined));
    await expect(jenkins.pipelines.apply(path, { ...simple, script: '' })).rejects.toMatchObject({
      code: 'ServerFault',
    });
    expect(fake.job('team/p1')?.script).toBe('echo 1');
  });

  test('throws ConflictError for an item that shall be new, and for one of another kind', async () => {
    await jenkins.pipelines.apply(path, simple);
    await expect(jenkins.pipelines.apply(path, simple, { mode: 'create' })).rejects.toMatchObject({
      code: 'Conflict',
    });
    await expect(jenkins.pipelines.apply(['team'], simple)).rejects.toMatchObject({ code: 'Conflict' });
    await expect(jenkins.pipelines.apply(path, { kind: 'multibranch', sources: [] })).rejects.toMatchObject({
      code: 'Conflict',
    });
    await expect(jenkins.pipelines.read(['team'])).rejects.toMatchObject({ code: 'Conflict' });
  });

  test('throws typed errors for what is missing or forbidden', async () => {
    await jenkins.pipelines.apply(path, simple);
    const viewer = as('viewer');
    await expect(viewer.pipelines.read(path)).rejects.toMatchObject({
      code: 'Forbidden',
      permission: 'hudson.model.Item.Configure',
    });
    await expect(viewer.pipelines.apply(['team', 'p2'], simple)).rejects.toMatchObject({ code: 'Forbidden' });
    await expect(jenkins.pipelines.read(['team', 'p2'])).rejects.toMatchObject({ code: 'NotFoundOrHidden' });
    await expect(jenkins.pipelines.apply(['nowhere', 'p'], simple)).rejects.toMatchObject({
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
      ],
    };
    const error = await jenkins.pipelines.apply(path, spec).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'Invalid' });
    expect((error as { findings: string[] }).findings).toHaveLength(6);
    const multibranch: MultibranchPipelineSpec = {
      kind: 'multibranch',
      scanIntervalMs: 90_000,
      sources: [
        { type: 'git', id: 'a', url: 'u' },
        { type: 'git', id: 'a', url: 'v' },
      ],
    };
    await expect(jenkins.pipelines.apply(path, multibranch)).rejects.toMatchObject({
      findings: [
        expect.stringContaining('a is given twice'),
        expect.stringContaining('scanIntervalMs'),
      ] as unknown,
    });
    expect(fake.requests).toEqual([]);
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
      await jenkins.pipelines.apply(['team', `t${index}`], spec);
      const back = await jenkins.pipelines.read(['team', `t${index}`]);
      expect(back.spec).toMatchObject({ script });
      fake.clearRequests();
      await jenkins.pipelines.apply(['team', `t${index}`], spec);
      expect(writes()).toEqual([]);
      await postConfig((text) => text.replace('<properties>', '<properties><x.Y/>'), `team/t${index}`);
      await jenkins.pipelines.apply(['team', `t${index}`], { ...spec, script: `${script}+` });
      expect((await jenkins.pipelines.read(['team', `t${index}`])).spec).toMatchObject({
        script: `${script}+`,
      });
    }
  });
});

describe('applying a pipeline while things go wrong', () => {
  test.each(['createItem', 'configSubmit'])(
    'finds out what became of %s when its answer is lost',
    async (route) => {
      let lost = 0;
      fake.fault(({ method, path: at }) =>
        method === 'POST' && at.endsWith(`/${route}`) && lost++ < 1 ? 'reset-after' : undefined,
      );
      await expect(jenkins.pipelines.apply(path, kubesphere)).resolves.toMatchObject({ action: 'created' });
      expect(fake.job('team')?.children).toEqual(['team/p1']);
      expect((await jenkins.pipelines.read(path)).spec).toEqual(kubesphereRead);
    },
  );

  test('goes on after a restart of the server', async () => {
    let restarted: Promise<void> | undefined;
    const undo = fake.fault(({ path: at }) => {
      if (!at.endsWith('/configSubmit') || restarted) return undefined;
      restarted = fake.restart();
      return { status: 503 };
    });
    await expect(jenkins.pipelines.apply(path, kubesphere)).resolves.toMatchObject({ action: 'created' });
    undo();
    await restarted;
    expect((await jenkins.pipelines.read(path)).spec).toEqual(kubesphereRead);
  });

  test('keeps the change of another who wrote in the same moment', async () => {
    await jenkins.pipelines.apply(path, simple);
    await postConfig((text) => text.replace('<properties/>', '<properties><x.Y/></properties>'));
    // Between the first look and the second, another client writes.
    const racing = connect({
      url: fake.url,
      auth: { user: 'admin', token: fake.users.admin.token },
      fetch: async (url, init) => {
        if (url.endsWith('/config.xml') && reads++ === 1) {
          await postConfig((text) => text.replace('<x.Y', '<x.Y><b>2</b></x.Y><x.Z'));
        }
        return fetch(url, init);
      },
    });
    let reads = 0;
    await racing.pipelines.apply(path, { ...simple, script: 'echo 2' });
    expect(fake.job('team/p1')?.configXml).toContain('<b>2</b>');
    expect(fake.job('team/p1')?.script).toBe('echo 2');
  });

  test('gives up when the configuration never stands still', async () => {
    await jenkins.pipelines.apply(path, simple);
    let count = 0;
    const racing = connect({
      url: fake.url,
      auth: { user: 'admin', token: fake.users.admin.token },
      fetch: async (url, init) => {
        const description = `<description>${count++}</description>`;
        await postConfig((text) =>
          text.replace(/<description>\d+<.description>|(?=<properties)/, description),
        );
        return fetch(url, init);
      },
    });
    await expect(racing.pipelines.apply(path, { ...simple, script: 'echo 2' })).rejects.toMatchObject({
      code: 'Conflict',
    });
    expect(fake.job('team/p1')?.script).toBe('echo 1');
  });

  test('tells when Jenkins stored something else', async () => {
    await jenkins.pipelines.apply(path, simple);
    const location = `${fake.url}job/team/job/p1/`;
    fake.fault(({ path: at }) =>
      at.endsWith('/configSubmit') ? { status: 302, headers: { location } } : undefined,
    );
    const spec: PipelineSpec = {
      ...simple,
      description: 'new',
      parameters: [{ type: 'password', name: 'PW', default: 'p4ss' }],
    };
    const error = await jenkins.pipelines.apply(path, spec).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'AppliedDifferently',
      differences: ['description', 'parameters.PW', 'parameters.PW.default'],
    });
    expect((error as Error).message).not.toContain('p4ss');
    await expect(jenkins.pipelines.apply(path, spec, { verify: false })).resolves.toMatchObject({
      action: 'updated',
    });
  });

  test('is ended by its signal, and says what may be left', async () => {
    const controller = new AbortController();
    fake.fault(({ path: at }) => {
      if (at.endsWith('/configSubmit')) controller.abort();
      return undefined;
    });
    await expect(jenkins.pipelines.apply(path, simple, { signal: controller.signal })).rejects.toMatchObject({
      code: 'Aborted',
    });
  });
});

describe('a secret', () => {
  const withSecret = (secret: string): InlinePipelineSpec => ({
    ...simple,
    parameters: [{ type: 'password', name: 'PW', default: secret }],
  });

  test('is written again only when told to, and never left in the clear', async () => {
    await jenkins.pipelines.apply(path, withSecret('first'));
    const before = fake.job('team/p1')?.configXml;
    expect(before).not.toContain('first');
    await jenkins.pipelines.apply(path, withSecret('second'));
    expect(fake.job('team/p1')?.configXml).toBe(before);
    fake.clearRequests();
    const result = await jenkins.pipelines.apply(path, withSecret('second'), { rewriteSecrets: true });
    expect(result).toMatchObject({
      action: 'updated',
      differences: [],
      unverifiable: ['parameters.PW.default'],
    });
    expect(writes()).toEqual(['POST /job/team/job/p1/config.xml', 'POST /job/team/job/p1/submitDescription']);
  });

  test('is never in what is told about a change', async () => {
    await jenkins.pipelines.apply(path, { ...simple, triggers: { remoteToken: 'old-token' } });
    const spec: PipelineSpec = {
      ...withSecret('p4ss'),
      triggers: { remoteToken: 'new-token', genericWebhook: { token: 'hook-token' } },
    };
    for (const plan of [
      await jenkins.pipelines.plan(path, spec),
      await jenkins.pipelines.plan(['team', 'n'], spec),
    ]) {
      expect(JSON.stringify(plan)).not.toMatch(/p4ss|(?:old|new|hook)-token/);
      expect(plan.differences.map((difference) => difference.path).join(' ')).toContain('triggers');
    }
  });
});

describe('planning', () => {
  test('tells what would change, and writes nothing', async () => {
    expect(await jenkins.pipelines.plan(path, simple)).toMatchObject({ action: 'create' });
    await jenkins.pipelines.apply(path, kubesphere);
    fake.clearRequests();
    expect(await jenkins.pipelines.plan(path, kubesphere)).toMatchObject({ action: 'none', differences: [] });
    const [who, ...others] = kubesphere.parameters ?? [];
    const plan = await jenkins.pipelines.plan(path, {
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
    expect(writes()).toEqual([]);
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
    await jenkins.pipelines.apply(path, spec);
    expect(await jenkins.pipelines.read(path)).toEqual({ spec, unmanaged: [], unreadable: [] });
    fake.clearRequests();
    expect(await jenkins.pipelines.apply(path, spec)).toMatchObject({ action: 'unchanged' });
    expect(writes()).toEqual([]);
  });

  test('looks for branches when the sources of one with foreign settings change', async () => {
    await jenkins.pipelines.apply(path, spec);
    await postConfig((text) => text.replace('<properties/>', '<properties><x.Folder/></properties>'));
    fake.clearRequests();
    await jenkins.pipelines.apply(path, { ...spec, description: 'other' });
    expect(writes()).toEqual(['POST /job/team/job/p1/config.xml']);
    fake.clearRequests();
    await jenkins.pipelines.apply(path, { ...spec, scriptPath: 'ci/Jenkinsfile' });
    expect(writes()).toEqual(['POST /job/team/job/p1/config.xml', 'POST /job/team/job/p1/build']);
    expect(fake.job('team/p1')?.configXml).toContain('<x.Folder');
  });
});

/** Changes a stored configuration as somebody else would. */
async function postConfig(change: (text: string) => string, job = 'team/p1'): Promise<void> {
  const text = change(fake.job(job)?.configXml ?? '');
  const response = await jenkins.raw.request({
    method: 'POST',
    path: `${job.replace(/^|\//g, (slash) => `${slash}job/`)}/config.xml`,
    body: { type: 'application/xml', text },
  });
  await response.discard();
}
