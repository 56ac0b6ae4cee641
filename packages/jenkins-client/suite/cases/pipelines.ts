import {
  isJenkinsError,
  storedSecret,
  type BranchSourceSpec,
  type ItemRef,
  type PipelineSpec,
} from '@armillary/jenkins-client';
import {
  eventually,
  expectCode,
  expectEqual,
  expectThat,
  lacks,
  NotTested,
  type SuiteArea,
  type SuiteContext,
  unlessKnown,
} from '../case.ts';

/** A pipeline as KubeSphere makes them; nobody else knows the token. */
const full = (remoteToken: string) =>
  ({
    kind: 'inline',
    description: 'all of it: <&> "quotes" ünï\nsecond line',
    script: "pipeline {\n\tagent any\n  stages { stage('A') { steps { echo '<&> ]]> ünï 🚀' } } }\n}\n",
    parameters: [
      { type: 'string', name: 'S', default: 'a b', description: 'one line' },
      { type: 'text', name: 'T', default: 'one\ntwo\n' },
      { type: 'boolean', name: 'B', default: true },
      { type: 'choice', name: 'C', choices: ['x', 'y'] },
      { type: 'password', name: 'P', default: 's3cret' },
    ],
    discarder: { daysToKeep: 7, buildsToKeep: 10 },
    concurrentBuilds: false,
    triggers: { cron: 'H H * * *', remoteToken },
  }) as const satisfies PipelineSpec;

interface SourceCase {
  readonly plugin: string;
  readonly source: BranchSourceSpec;
}

const sources: readonly SourceCase[] = [
  {
    plugin: 'git',
    source: {
      type: 'git',
      id: 'one',
      url: 'https://example.org/repository.git',
      discoverTags: true,
      regexFilter: 'main|feature/.*',
      clone: { shallow: true, depth: 3, timeoutMinutes: 20 },
    },
  },
  {
    plugin: 'github-branch-source',
    source: {
      type: 'github',
      id: 'one',
      owner: 'example',
      repository: 'repository',
      discoverBranches: 'without-pull-requests',
      discoverPullRequests: 'merge',
      discoverForks: { build: 'both', trust: 'contributors' },
      discoverTags: true,
      regexFilter: '.*',
    },
  },
  {
    plugin: 'gitlab-branch-source',
    source: {
      type: 'gitlab',
      id: 'one',
      serverName: 'default',
      owner: 'group',
      projectPath: 'group/project',
      discoverBranches: 'all',
      discoverPullRequests: 'head',
      discoverForks: { build: 'merge', trust: 'members' },
    },
  },
  {
    plugin: 'cloudbees-bitbucket-branch-source',
    source: {
      type: 'bitbucket',
      id: 'one',
      owner: 'workspace',
      repository: 'repository',
      discoverBranches: 'only-pull-requests',
      discoverPullRequests: 'both',
      discoverForks: { build: 'merge', trust: 'everyone' },
    },
  },
  {
    plugin: 'subversion',
    source: {
      type: 'svn',
      id: 'one',
      url: 'https://example.org/svn',
      includes: 'trunk',
      excludes: 'tags/*',
    },
  },
];

/** What pipelines are configured to be. */
export const pipelines: SuiteArea = {
  title: 'Pipelines',
  cases: [
    {
      name: 'what is applied is read back, and a second time nothing is written',
      covers: ['pipelines.apply', 'pipelines.read', 'pipelines.plan'],
      async run({ jenkins: { pipelines }, folder, unique, signal }) {
        const path = [...folder.path, 'full'];
        const spec = full(unique);
        expectEqual((await pipelines.plan(path, spec, { signal })).action, 'create', 'the plan before');
        expectEqual((await pipelines.apply(path, spec, { signal })).action, 'created', 'the first time');
        const { spec: read } = await pipelines.read(path, { signal });
        for (const [setting, wanted] of Object.entries(asRead(spec, read))) {
          expectEqual((read as unknown as Record<string, unknown>)[setting], wanted, setting);
        }
        expectEqual((await pipelines.apply(path, spec, { signal })).action, 'unchanged', 'the second time');
        expectEqual((await pipelines.plan(path, spec, { signal })).action, 'none', 'the plan afterwards');
      },
    },
    {
      name: 'a merge changes what differs and leaves the settings of others',
      covers: ['pipelines.apply (merge)'],
      async run({ jenkins, folder, signal }) {
        const path = [...folder.path, 'full'];
        const spec = { kind: 'inline', script: 'echo "other"' } as const;
        const result = await jenkins.pipelines.apply(path, spec, { mode: 'merge', signal });
        expectEqual(
          result.differences.map((difference) => difference.path),
          ['script'],
          'what differs',
        );
        const read = await jenkins.pipelines.read(path, { signal });
        expectEqual(
          [(read.spec as { script?: string }).script, read.spec.description],
          [spec.script, full('').description],
          'script and description',
        );
      },
    },
    {
      name: 'a replacement drops what it does not name',
      covers: ['pipelines.apply (replace)'],
      async run({ jenkins, folder, signal }) {
        const path = [...folder.path, 'full'];
        await jenkins.pipelines.apply(
          path,
          { kind: 'inline', script: 'echo "new"' },
          { mode: 'replace', signal },
        );
        expectEqual(await folder.item('full').parameters({ signal }), [], 'parameters');
        await expectCode(
          jenkins.pipelines.apply(path, { kind: 'inline', script: '' }, { mode: 'create', signal }),
          'Conflict',
        );
      },
    },
    {
      name: 'a script from a git repository',
      covers: ['pipelines.apply (scm)'],
      cannot: lacks('git'),
      async run(context) {
        await roundTrip(context, 'from-scm', {
          kind: 'scm',
          scm: { type: 'git', url: 'https://example.org/r.git', branches: ['*/main'] },
          scriptPath: 'ci/Jenkinsfile',
          lightweight: true,
        });
      },
    },
    {
      name: 'a generic webhook',
      covers: ['triggers.genericWebhook'],
      cannot: unlessKnown('generic-webhook-trigger'),
      async run(context) {
        await roundTrip(context, 'webhook', {
          kind: 'inline',
          script: 'echo "hook"',
          triggers: {
            genericWebhook: {
              token: context.unique,
              cause: 'by $who',
              requestVariables: [{ key: 'who', regexpFilter: '[^a-z]' }],
              headerVariables: [{ key: 'X-Event' }],
              filterText: '$who',
              filterExpression: '^me$',
            },
          },
        });
      },
    },
    ...sources.map(({ plugin, source }) => ({
      name: `branches from ${source.type}`,
      covers: [`multibranch (${source.type})`],
      cannot: plugin === 'git' ? lacks(plugin) : unlessKnown(plugin),
      async run(context: SuiteContext) {
        await roundTrip(context, `branches-${source.type}`, {
          kind: 'multibranch',
          sources: [source],
          scriptPath: 'ci/Jenkinsfile',
          orphans: { daysToKeep: 7, branchesToKeep: 5 },
          scanIntervalMs: 3_600_000,
          disabled: true,
        });
      },
    })),
    {
      name: 'a repository is scanned, and its branches are built',
      covers: ['item.scan', 'item.scanLog', 'item.branches', 'item.branch'],
      cannot: ({ settings }) =>
        settings.gitUrl ? undefined : 'JENKINS_GIT_URL names no repository that the server can clone',
      async run({ jenkins, folder, settings, signal }) {
        const path = [...folder.path, 'scanned'];
        const { gitUrl: url = '' } = settings;
        await jenkins.pipelines.apply(
          path,
          { kind: 'multibranch', sources: [{ type: 'git', id: 'one', url }] },
          { signal },
        );
        const item = jenkins.item(...path);
        await item.scan({ signal });
        const log = await eventually(() => scanLog(item, signal), { signal });
        expectThat(log.includes('Finished: SUCCESS'), 'the scan did not succeed');
        const branches = await Array.fromAsync(item.branches({ signal }));
        const [first] = branches;
        if (first === undefined) throw new NotTested('the repository has no branch with a Jenkinsfile');
        expectThat(
          await item.branch(first.branch).exists({ signal }),
          `the branch ${first.branch} is not reached`,
        );
      },
    },
    {
      name: 'scripts and schedules are checked',
      covers: ['converter.checkScript', 'converter.checkCron'],
      async run({ jenkins, folder, signal }) {
        const item = folder.item('full').path;
        expectEqual(
          await jenkins.converter.checkScript(item, 'echo "fine"', { signal }),
          [],
          'a good script',
        );
        const findings = await jenkins.converter.checkScript(item, 'node {', { signal });
        expectThat(findings.length > 0, 'a broken script has no findings');
        const remarks = await jenkins.converter.checkCron('not cron', { signal });
        expectEqual(
          remarks.map(({ kind }) => kind),
          ['error'],
          'a broken schedule',
        );
      },
    },
    {
      name: 'declarative pipelines become JSON and text again',
      covers: [
        'converter.toJson',
        'converter.toJenkinsfile',
        'converter.validateJenkinsfile',
        'converter.validateJson',
        'converter.stepsToJson',
        'converter.stepsToJenkinsfile',
      ],
      cannot: ({ capabilities }) =>
        capabilities.converter ? undefined : 'the plugin pipeline-model-definition is not there',
      async run({ jenkins, signal }) {
        const text =
          "pipeline {\n  agent any\n  stages {\n    stage('A') {\n      steps {\n        echo 'a'\n      }\n    }\n  }\n}";
        const json = await jenkins.converter.toJson(text, { signal });
        expectThat(
          (await jenkins.converter.toJenkinsfile(json, { signal })).includes("stage('A')"),
          'the text again',
        );
        expectEqual(await jenkins.converter.validateJenkinsfile(text, { signal }), [], 'a good text');
        const findings = await jenkins.converter.validateJenkinsfile('pipeline { }', { signal });
        expectThat(findings.length > 0, 'a broken text has no findings');
        expectEqual(await jenkins.converter.validateJson(json, { signal }), [], 'good JSON');
        const steps = await jenkins.converter.stepsToJson("echo 'a'", { signal });
        expectThat(
          (await jenkins.converter.stepsToJenkinsfile(steps, { signal })).includes('echo'),
          'the steps again',
        );
      },
    },
  ],
};

/** Applies, reads back, compares each setting, and applies again, which must write nothing. */
async function roundTrip(
  { jenkins, folder, signal }: SuiteContext,
  name: string,
  spec: PipelineSpec,
): Promise<void> {
  const path = [...folder.path, name];
  expectEqual((await jenkins.pipelines.apply(path, spec, { signal })).action, 'created', 'the first time');
  const read = await jenkins.pipelines.read(path, { signal });
  for (const [setting, wanted] of Object.entries(spec)) {
    expectEqual((read.spec as unknown as Record<string, unknown>)[setting], wanted, setting);
  }
  expectEqual((await jenkins.pipelines.apply(path, spec, { signal })).action, 'unchanged', 'the second time');
}

/** A specification as it is read back: without the defaults of passwords and, of newer servers, the remote token. */
function asRead(spec: ReturnType<typeof full>, read: PipelineSpec): object {
  const hidden = read.kind === 'inline' && read.triggers?.remoteToken === storedSecret;
  return {
    ...spec,
    parameters: spec.parameters.map(({ ...one }) =>
      one.type === 'password' ? { type: one.type, name: one.name } : one,
    ),
    triggers: { ...spec.triggers, ...(hidden && { remoteToken: storedSecret }) },
  };
}

/** The log of the last scan; undefined before there was one. */
async function scanLog(item: ItemRef, signal: AbortSignal): Promise<string | undefined> {
  try {
    let log = '';
    for await (const chunk of item.scanLog({ signal })) log += chunk.text;
    return log === '' ? undefined : log;
  } catch (error) {
    if (isJenkinsError(error, 'NotFoundOrHidden')) return undefined;
    throw error;
  }
}
